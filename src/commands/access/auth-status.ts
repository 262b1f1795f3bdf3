import { outputFormat } from '../../output/format.js';
import { print } from '../../output/response.js';
import type { CommandSpec, Run } from '../command.js';
import { exactly } from './auth-answer.js';

export const spec = {
  usage: 'auth status',
  description: 'Shows whether authentication is on, and the revision of its users and roles.',
  examples: ['ketcdctl auth status'],
  flags: {},
} satisfies CommandSpec;

export const run: Run<typeof spec> = async (context, args) => {
  exactly(args, 0, 'auth status command does not accept any arguments');
  const format = outputFormat(context);
  const { auth } = await context.connect();
  const response = await auth.authStatus();
  await print(context, format, {
    message: 'AuthStatusResponse',
    response,
    simple: () => [`Authentication Status: ${response.enabled}\nAuthRevision: ${response.authRevision}\n`],
  });
};
