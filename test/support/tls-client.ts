/** What comes of a connection, whoever makes it: the transport of this process, or the program that `KETCDCTL_BIN` names. */
import assert from 'node:assert/strict';
import { Failure } from '../../src/base/errors.js';
import type { ConnectionOptions } from '../../src/connection/options.js';
import { runCli } from './cli.js';
import type { Cleanup } from './etcd.js';
import { builtProgram } from './program.js';
import { putAndGet, refusal, transport } from './transport.js';

type Options = Partial<Pick<ConnectionOptions, 'cacert' | 'cert' | 'key' | 'insecureSkipTlsVerify'>>;

/** Why a put and a get fail; both must say the same. */
export async function whyRefused(
  owner: Cleanup,
  endpoint: string,
  options: Options = {},
): Promise<Pick<Failure, 'message' | 'hint' | 'exitCode'>> {
  if (builtProgram === undefined) {
    try {
      return await refusal(transport(owner, [endpoint], options));
    } catch (error) {
      if (error instanceof Failure) return error;
      throw error;
    }
  }
  const [put, get] = [await run(endpoint, options, 'put', 'k', 'v'), await run(endpoint, options, 'get', 'k')];
  assert.equal(put.stdout + get.stdout, '');
  assert.equal(get.stderr, put.stderr);
  assert.notEqual(get.exit, 0);
  assert.equal(get.exit, put.exit);
  const [, message = ''] = /^Error: (.*)$/m.exec(get.stderr) ?? [];
  const [, hint] = /^Hint: (.*)$/m.exec(get.stderr) ?? [];
  return { message, hint, exitCode: get.exit };
}

/** Writes a value and reads it back. */
export async function writesAndReads(owner: Cleanup, endpoint: string, options: Options, value: string): Promise<void> {
  if (builtProgram === undefined) {
    await putAndGet(transport(owner, [endpoint], options), value);
    return;
  }
  assert.deepEqual(await run(endpoint, options, 'put', 'k', value), { exit: 0, stdout: 'OK\n', stderr: '' });
  const { stdout } = await run(endpoint, options, 'get', 'k', '--print-value-only');
  assert.equal(stdout, `${value}\n`);
}

function run(endpoint: string, { cacert, cert, key, insecureSkipTlsVerify }: Options, ...words: string[]) {
  const flags = { cacert, cert, key };
  return runCli(
    [
      ...['--endpoints', endpoint],
      ...Object.entries(flags).flatMap(([name, path]) => (path === undefined ? [] : [`--${name}`, path])),
      ...(insecureSkipTlsVerify ? ['--insecure-skip-tls-verify'] : []),
      ...words,
    ],
    { env: process.env.SSL_CERT_FILE === undefined ? {} : { SSL_CERT_FILE: process.env.SSL_CERT_FILE } },
  );
}
