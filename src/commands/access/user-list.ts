import { outputFormat } from '../../output/format.js';
import { print } from '../../output/response.js';
import type { CommandSpec, Run } from '../command.js';
import { exactly } from './auth-answer.js';

export const spec = {
  usage: 'user list',
  examples: ['ketcdctl user list'],
  flags: {},
  noTimeout: 'drop-in',
} satisfies CommandSpec;

export const run: Run<typeof spec> = async (context, args) => {
  exactly(args, 0, 'user list command requires no arguments');
  const format = outputFormat(context);
  const { auth } = await context.connect();
  const response = await auth.userList();
  await print(context, format, {
    message: 'AuthUserListResponse',
    response,
    simple: () => response.users.map((name) => `${name}\n`),
  });
};
