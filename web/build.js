// Builds every front end into dist/. `node build.js --watch` goes on building.
import { copyFile, mkdir, readFile, rm } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { context } from "esbuild";

const common = {
  entryNames: "[name]",
  bundle: true,
  minify: true,
  format: "esm",
  target: ["es2022"],
  legalComments: "none",
  logLevel: "info",
};

const chat = {
  ...common,
  entryPoints: { chat: "chat/src/main.ts", style: "chat/chat.css" },
  outdir: "dist/chat",
};

const desk = {
  ...common,
  entryPoints: { desk: "desk/src/main.tsx", style: "desk/desk.css", mail: "desk/mail.css" },
  outdir: "dist/desk",
  jsx: "automatic",
  jsxImportSource: "preact",
};

for (const one of [chat, desk]) {
  await rm(one.outdir, { recursive: true, force: true });
  await mkdir(one.outdir, { recursive: true });
  const building = await context(one);
  if (process.argv.includes("--watch")) {
    await building.watch();
  } else {
    await building.rebuild();
    await building.dispose();
  }
}
await copyFile("desk/mark.svg", "dist/desk/mark.svg");

// What a browser has to load before it can show anything, compressed.
const MOST_BYTES = { "dist/desk/desk.js": 300_000 };
for (const [file, most] of Object.entries(MOST_BYTES)) {
  const bytes = gzipSync(await readFile(file)).length;
  if (bytes > most) throw new Error(`${file} has ${bytes} bytes compressed; at most ${most} are allowed`);
}
