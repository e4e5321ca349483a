// Cuts Twilio's OpenAPI document down to the Messages list (send and read) and what that refers to.
//
//   node trim_spec.mjs path/to/twilio_api_v2010.json > twilio_messages.json
//
// Source: github.com/twilio/twilio-oai, spec/json/twilio_api_v2010.json (MIT, see LICENSE).
import { readFileSync } from "node:fs";

const WANTED = "/2010-04-01/Accounts/{AccountSid}/Messages.json";
const whole = JSON.parse(readFileSync(process.argv[2], "utf8"));

const schemas = {};
function keep(node) {
  if (Array.isArray(node)) return node.forEach(keep);
  if (node === null || typeof node !== "object") return;
  const name = node.$ref?.replace("#/components/schemas/", "");
  if (name && !(name in schemas)) {
    schemas[name] = whole.components.schemas[name];
    keep(schemas[name]);
  }
  Object.values(node).forEach(keep);
}
keep(whole.paths[WANTED]);

const trimmed = {
  ...whole,
  tags: whole.tags.filter((tag) => tag.name === "Api20100401Message"),
  paths: { [WANTED]: whole.paths[WANTED] },
  components: { ...whole.components, schemas },
};
process.stdout.write(JSON.stringify(trimmed, null, 1) + "\n");
