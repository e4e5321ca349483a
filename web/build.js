// Builds every front end into dist/. `node build.js --watch` goes on building.
import { copyFile, mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
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

// What most people never open is in files of its own, loaded when somebody goes there.
const desk = {
  ...common,
  splitting: true,
  chunkNames: "[name]-[hash]",
  metafile: true,
  entryPoints: { desk: "desk/src/main.tsx", style: "desk/desk.css", mail: "desk/mail.css" },
  outdir: "dist/desk",
  jsx: "automatic",
  jsxImportSource: "preact",
};

/** What a browser may have to load before the desk shows anything, compressed, in bytes. */
const FIRST_LOAD_LIMIT = 300_000;

/** Counts a script with every script it cannot start without. */
async function checkFirstLoad({ outputs }, entry) {
  const needed = new Set();
  const need = (file) => {
    if (needed.has(file)) return;
    needed.add(file);
    for (const { path, kind } of outputs[file].imports) if (kind === "import-statement") need(path);
  };
  need(entry);
  let bytes = 0;
  for (const file of needed) bytes += gzipSync(await readFile(join(import.meta.dirname, file))).length;
  console.log(`  the desk's first load: ${bytes} bytes compressed, in ${needed.size} files`);
  if (bytes > FIRST_LOAD_LIMIT) throw new Error(`the desk's first load has ${bytes} bytes compressed; ${FIRST_LOAD_LIMIT} are allowed`);
}

for (const one of [chat, desk]) {
  await rm(one.outdir, { recursive: true, force: true });
  await mkdir(one.outdir, { recursive: true });
  const building = await context(one);
  if (process.argv.includes("--watch")) {
    await building.watch();
  } else {
    const built = await building.rebuild();
    if (one === desk) await checkFirstLoad(built.metafile, "dist/desk/desk.js");
    await building.dispose();
  }
}
await copyFile("desk/mark.svg", "dist/desk/mark.svg");
