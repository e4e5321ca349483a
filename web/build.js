// Builds every front end into dist/. `node build.js --watch` goes on building.
import { copyFile, mkdir, readdir, readFile, rm, stat } from "node:fs/promises";
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

// The chat, on a page of its own and in a frame. What is not needed at once is in files of its own.
const chat = {
  ...common,
  entryPoints: { chat: "widget/src/main.tsx", style: "widget/widget.css" },
  outdir: "dist/chat",
  splitting: true,
  chunkNames: "[name]-[hash]",
  jsx: "automatic",
  jsxImportSource: "preact",
};

// What the pages of others load. It has to be one file that runs as it is.
const loader = {
  ...common,
  entryPoints: { widget: "widget/loader/loader.ts" },
  outdir: "dist/chat",
  format: "iife",
  target: ["es2020"],
};

// What tells of answers while no page is open. It has to be one file that runs as it is, too.
const worker = {
  ...common,
  entryPoints: { worker: "widget/worker/worker.ts" },
  outdir: "dist/chat",
  format: "iife",
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

for (const folder of ["dist/chat", "dist/desk"]) {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
}
for (const one of [loader, chat, worker, desk]) {
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

// What a browser has to load, compressed: the button of the chat on every page of others, and all of the chat, whatever
// is done in it and in whatever language.
const MOST_BYTES = {
  "dist/chat/widget.js": 10_000,
  "dist/chat": 60_000,
};
for (const [place, most] of Object.entries(MOST_BYTES)) {
  const bytes = await compressed(place);
  console.log(`${place}: ${bytes} bytes compressed, of ${most}`);
  if (bytes > most) throw new Error(`${place} has ${bytes} bytes compressed; at most ${most} are allowed`);
}

/** The bytes of a file, or of all files of a folder, each compressed as a server sends it. */
async function compressed(place) {
  if ((await stat(place)).isFile()) return gzipSync(await readFile(place)).length;
  const files = await readdir(place);
  const sizes = await Promise.all(files.map((file) => compressed(`${place}/${file}`)));
  return sizes.reduce((sum, bytes) => sum + bytes, 0);
}
