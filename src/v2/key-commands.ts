import { type DeleteOptions, type KeysAnswer, KeysApi, type SetOptions } from './keys-api.js';
import { listing, printAnswer } from './print.js';
import { type Action, badArguments, Ending, keyFailure, type Run, V2Exit } from './run.js';

async function openKeys(run: Run): Promise<KeysApi> {
  return new KeysApi(await run.connect());
}

/** One request of a key command, within --total-timeout; its failure ends the run. */
async function within(run: Run, send: (signal: AbortSignal) => Promise<KeysAnswer>): Promise<KeysAnswer> {
  return send(run.deadline()).catch((error: unknown) => {
    throw keyFailure(V2Exit.ServerError, error);
  });
}

/** The first argument. Looked at behind `connect`: etcdctl looks for the cluster before it looks at the arguments. */
export function keyArgument(run: Run): string {
  const key = run.args[0];
  if (key === undefined) throw badArguments(run, 'key required');
  return key;
}

/** The second argument, or everything on standard input, which must not be empty. */
async function valueArgument(run: Run): Promise<string | Buffer> {
  const value = run.args[1];
  if (value !== undefined) return value;
  const chunks: Buffer[] = [];
  for await (const chunk of run.io.stdin) chunks.push(Buffer.from(chunk));
  const input = Buffer.concat(chunks);
  if (input.length === 0) throw badArguments(run, 'value required');
  return input;
}

export const get: Action = async (run) => {
  const { flags } = run;
  const keys = await openKeys(run);
  const key = keyArgument(run);
  const options = { sorted: flags.bool('sort'), quorum: flags.bool('quorum') };
  const answer = await within(run, (signal) => keys.get(key, options, signal));
  if (answer.node.dir) throw new Ending(V2Exit.Error, `${answer.node.key}: is a directory\n`);
  printAnswer(run, answer);
  return V2Exit.Ok;
};

export const ls: Action = async (run) => {
  const { flags, args, settings, io } = run;
  const keys = await openKeys(run);
  const options = { sorted: flags.bool('sort'), recursive: flags.bool('recursive'), quorum: flags.bool('quorum') };
  const answer = await within(run, (signal) => keys.get(args[0] ?? '/', options, signal));
  if (settings.output === 'simple') io.stdout.write(listing(answer.node, flags.bool('p')));
  else printAnswer(run, answer);
  return V2Exit.Ok;
};

type Write = (keys: KeysApi, key: string, value: string | Buffer, signal: AbortSignal) => Promise<KeysAnswer>;

/** Writes a value, which may come from standard input, and prints the answer. */
async function writeValue(run: Run, write: Write): Promise<number> {
  const keys = await openKeys(run);
  const key = keyArgument(run);
  const value = await valueArgument(run);
  printAnswer(run, await within(run, (signal) => write(keys, key, value, signal)));
  return V2Exit.Ok;
}

function setWith(run: Run, options: SetOptions): Promise<number> {
  return writeValue(run, (keys, key, value, signal) => keys.set(key, value, options, signal));
}

export const set: Action = (run) =>
  setWith(run, {
    ttl: run.flags.int('ttl'),
    prevValue: run.flags.string('swap-with-value'),
    prevIndex: run.flags.int('swap-with-index'),
  });

export const update: Action = (run) => setWith(run, { ttl: run.flags.int('ttl'), prevExist: true });

export const mk: Action = (run) => {
  const ttl = run.flags.int('ttl');
  if (!run.flags.bool('in-order')) return setWith(run, { ttl, prevExist: false });
  return writeValue(run, (keys, dir, value, signal) => keys.createInOrder(dir, value, ttl, signal));
};

/** Creates or changes a directory, which `simple` says nothing about. */
async function writeDirectory(run: Run, condition: { prevExist?: boolean }): Promise<number> {
  const keys = await openKeys(run);
  const key = keyArgument(run);
  const options = { ttl: run.flags.int('ttl'), dir: true, ...condition };
  const answer = await within(run, (signal) => keys.set(key, '', options, signal));
  if (run.settings.output !== 'simple') printAnswer(run, answer);
  return V2Exit.Ok;
}

export const mkdir: Action = (run) => writeDirectory(run, { prevExist: false });
export const setdir: Action = (run) => writeDirectory(run, {});
export const updatedir: Action = (run) => writeDirectory(run, { prevExist: true });

async function remove(run: Run, options: DeleteOptions): Promise<number> {
  const keys = await openKeys(run);
  const key = keyArgument(run);
  const answer = await within(run, (signal) => keys.delete(key, options, signal));
  if (!answer.node.dir || run.settings.output !== 'simple') printAnswer(run, answer);
  return V2Exit.Ok;
}

export const rm: Action = (run) =>
  remove(run, {
    dir: run.flags.bool('dir'),
    recursive: run.flags.bool('recursive'),
    prevValue: run.flags.string('with-value'),
    prevIndex: run.flags.int('with-index'),
  });

export const rmdir: Action = (run) => remove(run, { dir: true });
