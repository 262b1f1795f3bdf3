import { cleanPath } from '../base/go/url.js';
import type { Permissions, Role } from './auth-api.js';
import { type Action, Ending, orPlain, type Run, V2Exit } from './run.js';
import { noArguments, onlyArgument, openAuth } from './user-commands.js';

export const list: Action = async (run) => {
  noArguments(run);
  const auth = await openAuth(run);
  for (const role of await orPlain(auth.roles(run.deadline()))) run.io.stdout.write(`${role}\n`);
  return V2Exit.Ok;
};

export const get: Action = async (run) => {
  const name = onlyArgument(run, 'role name');
  const auth = await openAuth(run);
  const { role, kv } = await orPlain(auth.role(name, run.deadline()));
  const paths = (list: string[] | null) => (list ?? []).map((path) => `\t${path}\n`).join('');
  run.io.stdout.write(`Role: ${role}\nKV Read:\n${paths(kv.read)}KV Write:\n${paths(kv.write)}`);
  return V2Exit.Ok;
};

export const add: Action = async (run) => {
  const role = onlyArgument(run, 'role name');
  const auth = await openAuth(run);
  const signal = run.deadline();
  const present = await auth.role(role, signal).catch(() => undefined);
  if (present) throw new Ending(V2Exit.Error, `Role ${role} already exists\n`);
  await orPlain(auth.addRole(role, signal));
  run.io.stdout.write(`Role ${role} created\n`);
  return V2Exit.Ok;
};

export const remove: Action = async (run) => {
  const role = onlyArgument(run, 'role name');
  const auth = await openAuth(run);
  await orPlain(auth.removeRole(role, run.deadline()));
  run.io.stdout.write(`Role ${role} removed\n`);
  return V2Exit.Ok;
};

async function changePermissions(run: Run, change: 'grant' | 'revoke'): Promise<number> {
  const kv = permissions(run);
  const name = onlyArgument(run, 'role name');
  const auth = await openAuth(run);
  const signal = run.deadline();
  const before = await orPlain(auth.role(name, signal));
  const after = await orPlain(auth.changePermissions(name, change, kv, signal));
  // No newline: so it is in etcdctl.
  if (sameRole(before, after))
    run.io.stdout.write(`Role unchanged; already ${change === 'grant' ? 'granted' : 'revoked'}`);
  run.io.stdout.write(`Role ${name} updated\n`);
  return V2Exit.Ok;
}

export const grant: Action = (run) => changePermissions(run, 'grant');
export const revoke: Action = (run) => changePermissions(run, 'revoke');

/** --path, for exactly one of --read, --write and --readwrite. */
function permissions({ flags }: Run): Permissions {
  const path = flags.string('path');
  if (path === '') throw new Ending(V2Exit.Error, 'No path specified; please use `--path`\n');
  const canonical = cleanPath(path);
  if (canonical !== path) throw new Ending(V2Exit.Error, `Not canonical path; please use \`--path=${canonical}\`\n`);
  const kinds = (['read', 'write', 'readwrite'] as const).filter((kind) => flags.bool(kind));
  if (kinds.length !== 1) {
    throw new Ending(V2Exit.Error, 'Please specify exactly one of --read, --write or --readwrite\n');
  }
  return { read: kinds[0] === 'write' ? null : [path], write: kinds[0] === 'read' ? null : [path] };
}

function sameRole(a: Role, b: Role): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
