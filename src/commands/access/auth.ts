/** Authentication on and off. */

import type { AuthClient, IAuthEnableResponse } from 'etcd3/lib/rpc';
import { isDropIn } from '../../base/contract.js';
import { outputFormat } from '../../output/format.js';
import { print, printPlain } from '../../output/response.js';
import { command } from '../command.js';
import { exactly } from './shared.js';

export const enable = command(
  {
    usage: 'auth enable',
    description:
      'Switches authentication on. The user root has to be there; the role root is made and granted to it if need be.',
    examples: ['ketcdctl user add root', 'ketcdctl auth enable'],
    flags: {},
  },
  async (context, args) => {
    exactly(args, 0, 'auth enable command does not accept any arguments');
    const format = outputFormat(context);
    const { auth } = await context.connect();
    const response = await enableWithRoot(auth, isDropIn(context.mode));
    await printPlain(context, format, { message: 'AuthEnableResponse', response, text: 'Authentication Enabled\n' });
  },
);

/** @param strict fails as etcdctl does where the role root is there and only not granted. */
async function enableWithRoot(auth: AuthClient, strict: boolean): Promise<IAuthEnableResponse> {
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

export const disable = command(
  {
    usage: 'auth disable',
    description: 'Switches authentication off: everybody who reaches the cluster may read and write all of it.',
    examples: ['ketcdctl --user root auth disable'],
    flags: {},
  },
  async (context, args) => {
    exactly(args, 0, 'auth disable command does not accept any arguments');
    const format = outputFormat(context);
    const { auth } = await context.connect();
    const response = await auth.authDisable();
    await printPlain(context, format, { message: 'AuthDisableResponse', response, text: 'Authentication Disabled\n' });
  },
);

export const status = command(
  {
    usage: 'auth status',
    description: 'Shows whether authentication is on, and the revision of its users and roles.',
    examples: ['ketcdctl auth status'],
    flags: {},
  },
  async (context, args) => {
    exactly(args, 0, 'auth status command does not accept any arguments');
    const format = outputFormat(context);
    const { auth } = await context.connect();
    const response = await auth.authStatus();
    await print(context, format, {
      message: 'AuthStatusResponse',
      response,
      simple: () => [`Authentication Status: ${response.enabled}\nAuthRevision: ${response.authRevision}\n`],
    });
  },
);
