import { realpathSync } from 'node:fs';
import { basename, join } from 'node:path';
import { repoRoot } from './root.js';

/** The program that is compiled beside the compiled tests. */
const COMPILED = join(__dirname, '..', '..', 'src', 'main.js');

/**
 * The program that `npm run test:e2e` tries, by `KETCDCTL_BIN`: an executable, or the bundle's launcher `bin/ketcdctl.js`. Tests start it
 * then in place of what is compiled beside them, and run command lines in a process of their own that they else run in theirs.
 */
export const builtProgram = process.env.KETCDCTL_BIN || undefined;

/** Whether that is a script for Node. */
export const isScript = builtProgram === undefined || realpathSync(builtProgram).endsWith('.js');

/** The program as users have it. */
export const installed = builtProgram ?? join(repoRoot(), 'bin', 'ketcdctl.js');

/** A command and its arguments, for `spawn` and its like, that start the program (or a link to it) with these arguments. */
export function program(argv: readonly string[], path = builtProgram ?? COMPILED): [command: string, args: string[]] {
  return realpathSync(path).endsWith('.js') ? [process.execPath, [path, ...argv]] : [path, [...argv]];
}

/** The environment that makes it the tool of that name, as a link would. */
export function asTool(name: string): NodeJS.ProcessEnv {
  return basename(name) === 'ketcdctl' ? {} : { KETCDCTL_AS: basename(name) };
}
