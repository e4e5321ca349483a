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

// Two things Prism takes more literally than the provider:
// that repeated fields of a form make an array is OpenAPI's default, which it wants to be told,
const form = whole.paths[WANTED].post.requestBody.content["application/x-www-form-urlencoded"];
form.encoding = { MediaUrl: { style: "form", explode: true } };
// and the links between pages are relative, as the document's own examples show.
const page = whole.paths[WANTED].get.responses["200"].content["application/json"].schema.properties;
for (const property of [...Object.values(page), ...Object.values(schemas).flatMap((schema) => Object.values(schema.properties ?? {}))]) {
  if (property.format === "uri") property.format = "uri-reference";
}

// A list that ends, so that a search through it can: of the examples, only last pages.
const list = whole.paths[WANTED].get.responses["200"].content["application/json"];
list.examples = Object.fromEntries(Object.entries(list.examples).filter(([, { value }]) => value.next_page_uri === null));

const trimmed = {
  ...whole,
  tags: whole.tags.filter((tag) => tag.name === "Api20100401Message"),
  paths: { [WANTED]: whole.paths[WANTED] },
  components: { ...whole.components, schemas },
};
process.stdout.write(JSON.stringify(trimmed, null, 1) + "\n");
