// `npm run build:binary [-- TARGET…]`: build/binary/TARGET/ketcdctl, the whole program with its runtime in one file.
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bunFor, deafBunFor, hostTarget, TARGETS } from './bun.mjs';
import { buildFacts, entryPoints, root } from './source.mjs';

/** Makes the executable of a target, on whatever machine. */
export function buildBinary(target) {
  const folder = join(root, 'build', 'binary', target);
  mkdirSync(folder, { recursive: true });
  const outfile = join(folder, 'ketcdctl');
  // Threads are looked for beside the module that starts them: all are in the root of the executable's own file system.
  const define = { ...buildFacts('executable'), __dirname: '"/$bunfs/root"' };
  execFileSync(
    bunFor(hostTarget()),
    [
      ...['build', '--compile', `--compile-executable-path=${deafBunFor(target)}`, `--outfile=${outfile}`],
      ...['--bytecode', '--minify', '--splitting', '--format=esm', '--entry-naming=[name].[ext]'],
      // Functions are interpreted until src/base/long-run.ts finds that the run is a long one.
      '--compile-jit-policy=1000',
      // Nothing is read from the working directory.
      ...['--no-compile-autoload-dotenv', '--no-compile-autoload-bunfig'],
      ...Object.entries(define).flatMap(([name, value]) => ['--define', `${name}=${value}`]),
      ...Object.values(entryPoints),
    ],
    { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] },
  );
  return outfile;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const named = process.argv.slice(2);
  for (const target of named.length > 0 ? named : Object.keys(TARGETS)) console.log(buildBinary(target));
}
