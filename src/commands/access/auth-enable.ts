import type { AuthClient, IAuthEnableResponse } from 'etcd3/lib/rpc';
import { isDropIn } from '../../base/contract.js';
import { outputFormat } from '../../output/format.js';
import { printPlain } from '../../output/response.js';
import type { CommandSpec, Run } from '../command.js';
import { exactly } from './auth-answer.js';

export const spec = {
  usage: 'auth enable',
  description:
    'Switches authentication on. The user root has to be there; the role root is made and granted to it if need be.',
  examples: ['ketcdctl user add root', 'ketcdctl auth enable'],
  flags: {},
} satisfies CommandSpec;

export const run: Run<typeof spec> = async (context, args) => {
  exactly(args, 0, 'auth enable command does not accept any arguments');
  const format = outputFormat(context);
  const { auth } = await context.connect();
  const response = await enable(auth, isDropIn(context.mode));
  await printPlain(context, format, { message: 'AuthEnableResponse', response, text: 'Authentication Enabled\n' });
};

/** @param strict fails as etcdctl does where the role root is there and only not granted. */
async function enable(auth: AuthClient, strict: boolean): Promise<IAuthEnableResponse> {
  try {
    return await auth.authEnable();
  } catch (error) {
    if (!says(error, 'root user does not have root role')) throw error;
  }
  await auth.roleAdd({ name: 'root' }).catch((error) => {
    if (strict || !says(error, 'role name already exists')) throw error;
  });
  await auth.userGrantRole({ user: 'root', role: 'root' });
  return auth.authEnable();
}

function says(error: unknown, words: string): boolean {
  return String((error as { details?: string }).details).includes(words);
}
