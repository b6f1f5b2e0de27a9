/**
 * Builds the browser client into dist/: `node build.mjs`. Says one line on success; fails above the size budget.
 *
 * dist/index.html and dist/sw.js  the page and its service worker
 * dist/assets/                    scripts, styles and fonts with a hash in their names
 * dist/pages/                     templates the server fills in, with the address of their style sheet put in
 * dist/version.txt                changes when anything of the above does; the server says it to every client
 * *.gz and *.br                   the same, compressed, for the server to choose from
 */
import { createHash } from "node:crypto";
import { cp, mkdir, readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { build } from "esbuild";

const HERE = dirname(fileURLToPath(import.meta.url));
/** What is built is put in place as a whole at the end, so that a failed build leaves the last good one. */
const DIST = join(HERE, "node_modules", ".dist");
const PLACE = join(HERE, "dist");
const COMPRESSIBLE = /\.(css|html|js|svg|txt|webmanifest)$/;
/** Where a compressed sibling begins to be worth a second file, in bytes. */
const WORTH_COMPRESSING = 512;
/** Most bytes, gzipped where the server would: a first visit on an old phone depends on these. */
const BUDGET = { script: 40_000, style: 12_000, chunk: 14_000, visit: 110_000 };

const SHARED = {
  absWorkingDir: HERE,
  outdir: DIST,
  publicPath: "/",
  bundle: true,
  minify: true,
  charset: "utf8",
  metafile: true,
  legalComments: "none",
  logLevel: "warning",
  target: ["chrome99", "safari15.4", "firefox115"],
  entryNames: "assets/[name]-[hash]",
  chunkNames: "assets/[name]-[hash]",
  assetNames: "assets/[name]-[hash]",
  loader: { ".woff2": "file" },
};

await rm(DIST, { recursive: true, force: true });
await cp(join(HERE, "public"), DIST, { recursive: true });
const app = await build({
  ...SHARED,
  entryPoints: { app: "src/main.ts" },
  format: "esm",
  splitting: true,
  jsx: "automatic",
  jsxImportSource: "preact",
});
const exit = await build({ ...SHARED, entryPoints: { exit: "src/exit.ts" }, format: "iife" });
const styles = await build({
  ...SHARED,
  entryPoints: { app: "src/styles/app.css", pages: "src/styles/pages.css" },
  external: ["*.svg"],
});

const built = { app: outputOf(app, "src/main.ts"), exit: outputOf(exit, "src/exit.ts") };
const css = { app: outputOf(styles, "src/styles/app.css"), pages: outputOf(styles, "src/styles/pages.css") };
await writeFile(join(DIST, "licences.txt"), await licences());
await writePages(join(HERE, "pages"), join(DIST, "pages"));

// The browser asks for all of the first script at once instead of finding out piece by piece.
const preloads = [...reachable(built.app)].slice(1).map((name) => `<link rel="modulepreload" href="/${name}">`);
const page = fill(await readFile(join(HERE, "index.html"), "utf8"), {
  '<script type="module"': `${preloads.join("\n    ")}\n    <script type="module"`,
  "%app.js%": `/${built.app}`,
  "%exit.js%": `/${built.exit}`,
  "%app.css%": `/${css.app}`,
  "%font%": `/${fontOf(styles)}`,
});
const version = await hashOfAll(page);
await writeFile(join(DIST, "index.html"), fill(page, { "%version%": version }));
await build({
  ...SHARED,
  // Always the same address: a browser looks there for a newer one.
  entryNames: "[name]",
  entryPoints: { sw: "src/sw.ts" },
  format: "iife",
  define: { VERSION: JSON.stringify(version), ASSETS: JSON.stringify(await kept()) },
});
await writeFile(join(DIST, "version.txt"), `${version}\n`);
await compress();
const said = await summary();
await rm(PLACE, { recursive: true, force: true });
await rename(DIST, PLACE);
console.log(said);

/** The font of most of what is read, fetched early so that the first page can be set in it. */
function fontOf(result) {
  const found = Object.keys(result.metafile.outputs).find((path) => /-latin-wght-normal-\w+\.woff2$/.test(path));
  return slashed(relative(DIST, join(HERE, found)));
}

/** The file an entry became, relative to dist/. */
function outputOf(result, entry) {
  const found = Object.entries(result.metafile.outputs).find(([, output]) => output.entryPoint === entry);
  return slashed(relative(DIST, join(HERE, found[0])));
}

function fill(text, values) {
  for (const [name, value] of Object.entries(values)) {
    if (!text.includes(name)) throw new Error(`${name} is not in the page`);
    text = text.replaceAll(name, value);
  }
  return text;
}

async function writePages(from, to) {
  await mkdir(to, { recursive: true });
  for (const name of await readdir(from)) {
    const text = await readFile(join(from, name), "utf8");
    await writeFile(join(to, name), fill(text, { "${css}": `/${css.pages}` }));
  }
}

/** What ships is free to use as long as its licences go along. */
async function licences() {
  const { dependencies } = JSON.parse(await readFile(join(HERE, "package.json"), "utf8"));
  const parts = ["@preact/signals-core", ...Object.keys(dependencies)].sort().map(async (name) => {
    const text = await readFile(join(HERE, "node_modules", name, "LICENSE"), "utf8");
    return `${name}\n\n${text.trim()}\n`;
  });
  return (await Promise.all(parts)).join("\n\n");
}

async function files() {
  const found = await readdir(DIST, { recursive: true, withFileTypes: true });
  return found
    .filter((one) => one.isFile())
    .map((one) => slashed(relative(DIST, join(one.parentPath ?? one.path, one.name))))
    .sort();
}

async function hashOfAll(unversioned) {
  const hash = createHash("sha256").update(unversioned).update(await readFile(join(HERE, "src/sw.ts")));
  for (const name of await files()) hash.update(`\0${name}\0`).update(await readFile(join(DIST, name)));
  return hash.digest("hex").slice(0, 12);
}

/** What the service worker keeps for a start without network: all but the fonts few languages need. */
async function kept() {
  const wanted = (await files()).filter(
    (name) => (name.startsWith("assets/") && !name.includes("latin-ext")) || name === "icons.svg",
  );
  return wanted.map((name) => `/${name}`);
}

async function compress() {
  for (const name of await files()) {
    const path = join(DIST, name);
    const bytes = await readFile(path);
    if (!COMPRESSIBLE.test(name) || name.startsWith("pages/") || bytes.length < WORTH_COMPRESSING) continue;
    await writeFile(`${path}.gz`, gzipSync(bytes, { level: 9 }));
    const params = { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
    await writeFile(`${path}.br`, brotliCompressSync(bytes, { params }));
  }
}

async function sent(name) {
  const path = join(DIST, name);
  const bytes = await readFile(`${path}.gz`).catch(() => readFile(path));
  return bytes.length;
}

async function summary() {
  const first = new Set([built.exit, ...reachable(built.app)]);
  const script = await total([...first]);
  const style = await total([css.app]);
  const fonts = (await files()).filter((name) => name.endsWith(".woff2") && !name.includes("latin-ext"));
  const visit = script + style + (await total(["index.html", "icons.svg", "manifest.webmanifest", ...fonts]));
  check("first script", script, BUDGET.script);
  check("style", style, BUDGET.style);
  check("first visit", visit, BUDGET.visit);
  for (const name of Object.keys(app.metafile.outputs).map((path) => slashed(relative(DIST, join(HERE, path))))) {
    if (!first.has(name)) check(name, await sent(name), BUDGET.chunk);
  }
  return `Built the browser client ${version}: ${kB(script)} script, ${kB(style)} style, ${kB(visit)} first visit.`;
}

/** A script and all it imports at once, by file name. */
function reachable(name, found = new Set()) {
  if (found.has(name)) return found;
  found.add(name);
  const output = app.metafile.outputs[slashed(relative(HERE, join(DIST, name)))];
  for (const { path, kind } of output.imports) {
    if (kind === "import-statement") reachable(slashed(relative(DIST, join(HERE, path))), found);
  }
  return found;
}

async function total(names) {
  const sizes = await Promise.all(names.map(sent));
  return sizes.reduce((sum, size) => sum + size, 0);
}

function check(what, size, most) {
  if (size > most) throw new Error(`${what} is ${kB(size)}, more than the ${kB(most)} it may be`);
}

function kB(bytes) {
  return `${(bytes / 1000).toFixed(1)} kB`;
}

function slashed(path) {
  return path.replaceAll("\\", "/");
}
