// Builds every front end into dist/. `node build.js --watch` goes on building.
import { mkdir, rm } from "node:fs/promises";
import { context } from "esbuild";

const chat = {
  entryPoints: { chat: "chat/src/main.ts", style: "chat/chat.css" },
  entryNames: "[name]",
  outdir: "dist/chat",
  bundle: true,
  minify: true,
  format: "esm",
  target: ["es2022"],
  legalComments: "none",
  logLevel: "info",
};

await rm("dist/chat", { recursive: true, force: true });
await mkdir("dist/chat", { recursive: true });
const building = await context(chat);
if (process.argv.includes("--watch")) {
  await building.watch();
} else {
  await building.rebuild();
  await building.dispose();
}
