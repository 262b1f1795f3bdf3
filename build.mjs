// Builds dist/: the bundle of src/main.ts, with a chunk of its own for everything that is loaded by `import()`.
//
// esbuild splits ES modules only, and an ES module entry costs about 5 ms more at start than a CommonJS one. So the chunks are built
// as ES modules first, and each is then rewritten to CommonJS. What a plain `get` needs would be some thirty small files, a third of
// a millisecond each: those are put into one pack, and what it takes to show a Kubernetes value into another. A module in a pack still
// runs only when it is asked for.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { build, transform } from 'esbuild';
import { writeCodeCaches } from './build-cache.mjs';

const root = new URL('.', import.meta.url).pathname;
const out = join(root, 'dist');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** The modules that start a chunk, by the pack that they and what they import belong to: the first that needs a chunk has it. */
const PACKS = {
  core: [
    'src/main.ts',
    'src/commands/keys/get.ts',
    'src/etcd/client.ts',
    'src/connection/transport.ts',
    'src/connection/tls-direct.ts',
    'src/connection/tls-verify.ts',
  ],
  kubernetes: [
    'src/output/decoded.ts',
    'src/commands/values/decode.ts',
    'src/commands/auger/main.ts',
    'src/commands/auger/auger-program.ts',
    'src/commands/auger/decode.ts',
  ],
};

/** commander loads child_process (2 ms) for sub-commands that are programs, which ketcdctl has none of. */
const lazyChildProcess = {
  name: 'lazy-child-process',
  setup({ onLoad }) {
    onLoad({ filter: /commander\/lib\/command\.js$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8').replace(
        /const childProcess = require\('node:child_process'\)(\.\w+)?;/,
        "const childProcess = { get spawn() { return require('node:child_process').spawn; } };",
      ),
    }));
  },
};

const { outputFiles, metafile } = await build({
  entryPoints: ['src/main.ts'],
  absWorkingDir: root,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  outdir: out,
  chunkNames: '[name]-[hash]',
  define: { 'process.env.NODE_ENV': '"production"', KETCDCTL_VERSION: JSON.stringify(version) },
  legalComments: 'none',
  plugins: [lazyChildProcess],
  metafile: true,
  write: false,
});

/** The chunks of some modules, and those that they import at once. */
function chunksOf(modules) {
  const chunks = Object.entries(metafile.outputs);
  const waiting = chunks.filter(([, { entryPoint }]) => modules.includes(entryPoint)).map(([name]) => name);
  const found = new Set();
  for (const name of waiting) {
    if (found.has(name)) continue;
    found.add(name);
    const statically = metafile.outputs[name].imports.filter(
      ({ kind, external }) => kind === 'import-statement' && !external,
    );
    waiting.push(...statically.map(({ path }) => path));
  }
  return [...found].map((name) => basename(name));
}

/** Packs get short names too: what is smaller is read and checked sooner. Elsewhere a stack stays readable. */
async function toCommonJs(text, isPacked) {
  const { code } = await transform(text, {
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    supported: { 'dynamic-import': false },
    minifySyntax: true,
    minifyWhitespace: true,
    minifyIdentifiers: isPacked,
  });
  return code;
}

/** By chunk: the pack that it is in. */
const packOf = new Map();
for (const [pack, modules] of Object.entries(PACKS)) {
  for (const name of chunksOf(modules)) if (!packOf.has(name)) packOf.set(name, pack);
}

/** Has a chunk ask for those of other packs where they are. */
function linked(code, own) {
  return code.replace(/require\("\.\/([^"]+)"\)/g, (call, to) => {
    const pack = packOf.get(to);
    return pack && pack !== own ? `require("../bin/boot.js").pack("${pack}")("./${to}")` : call;
  });
}

const packed = Object.fromEntries(Object.keys(PACKS).map((pack) => [pack, []]));
rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
for (const { path, text } of outputFiles) {
  const name = basename(path);
  const pack = packOf.get(name);
  const code = linked(await toCommonJs(text, pack !== undefined), pack);
  if (pack) packed[pack].push(`${JSON.stringify(`./${name}`)}(module,exports,require){${code}}`);
  else writeFileSync(join(out, name), code);
}
for (const [pack, chunks] of Object.entries(packed)) {
  writeFileSync(
    join(out, `${pack}.js`),
    `const packed={${chunks.join(',')}},loaded={};
function load(name){if(!Object.hasOwn(packed,name))return require(name);
if(!loaded[name]){loaded[name]={exports:{}};packed[name](loaded[name],loaded[name].exports,load)}
return loaded[name].exports}
module.exports=load;
`,
  );
}
writeFileSync(join(out, 'package.json'), '{"type":"commonjs"}\n');
await writeCodeCaches();
