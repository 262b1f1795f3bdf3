import { askPassword } from '../base/password.js';
import { AuthApi } from './auth-api.js';
import { splitUser } from './password.js';
import { type Action, Ending, orPlain, type Run, V2Exit } from './run.js';

function fail(message: string): never {
  throw new Ending(V2Exit.Error, `${message}\n`);
}

/** These commands tell their endpoints twice with --debug. */
export async function openAuth(run: Run): Promise<AuthApi> {
  const client = await run.connect();
  if (run.settings.debug) run.io.stderr.write(`Cluster-Endpoints: ${client.endpoints.join(', ')}\n`);
  return new AuthApi(client);
}

/** Ends the run unless there is one argument. Done before the cluster is asked. */
export function onlyArgument(run: Run, what: string): string {
  const [name] = run.args;
  if (name === undefined || run.args.length > 1) return fail(`Please provide a ${what}`);
  return name;
}

export function noArguments(run: Run): void {
  if (run.args.length > 0) fail('No arguments accepted');
}

export const list: Action = async (run) => {
  noArguments(run);
  const auth = await openAuth(run);
  for (const user of await orPlain(auth.users(run.deadline()))) run.io.stdout.write(`${user}\n`);
  return V2Exit.Ok;
};

export const get: Action = async (run) => {
  const name = onlyArgument(run, 'username');
  const auth = await openAuth(run);
  const { user, roles } = await orPlain(auth.user(name, run.deadline()));
  run.io.stdout.write(`User: ${user}\nRoles: ${roles.join(' ')}\n`);
  return V2Exit.Ok;
};

export const add: Action = async (run) => {
  const argument = onlyArgument(run, 'username');
  const auth = await openAuth(run);
  const { user, password } = await splitUser(run.io, run.mode, argument, 'New password: ');
  await orPlain(auth.addUser(user, password, run.deadline()));
  run.io.stdout.write(`User ${user} created\n`);
  return V2Exit.Ok;
};

export const passwd: Action = async (run) => {
  const user = onlyArgument(run, 'username');
  const auth = await openAuth(run);
  const password = await askPassword('New password: ', run.mode, run.io);
  await orPlain(auth.changePassword(user, password, run.deadline()));
  run.io.stdout.write('Password updated\n');
  return V2Exit.Ok;
};

export const remove: Action = async (run) => {
  const user = onlyArgument(run, 'username');
  const auth = await openAuth(run);
  await orPlain(auth.removeUser(user, run.deadline()));
  run.io.stdout.write(`User ${user} removed\n`);
  return V2Exit.Ok;
};

async function changeRoles(run: Run, change: 'grant' | 'revoke'): Promise<number> {
  const roles = run.flags.strings('roles');
  if (roles.length === 0) fail('No roles specified; please use `--roles`');
  const user = onlyArgument(run, 'username');
  const auth = await openAuth(run);
  await orPlain(auth.changeRoles(user, change, roles, run.deadline()));
  run.io.stdout.write(`User ${user} updated\n`);
  return V2Exit.Ok;
}

export const grant: Action = (run) => changeRoles(run, 'grant');
export const revoke: Action = (run) => changeRoles(run, 'revoke');

export const enableAuth: Action = async (run) => {
  noArguments(run);
  const auth = await openAuth(run);
  await orPlain(auth.enable(run.deadline()));
  run.io.stdout.write('Authentication Enabled\n');
  return V2Exit.Ok;
};

export const disableAuth: Action = async (run) => {
  noArguments(run);
  const auth = await openAuth(run);
  await orPlain(auth.disable(run.deadline()));
  run.io.stdout.write('Authentication Disabled\n');
  return V2Exit.Ok;
};
