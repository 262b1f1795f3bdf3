import { goQuote } from '../../base/go/quote.js';
import { headerFields } from '../../output/fields.js';
import { outputFormat } from '../../output/format.js';
import { print } from '../../output/response.js';
import type { CommandSpec, Run } from '../command.js';
import { exactly } from './auth-answer.js';

export const spec = {
  usage: 'role list',
  examples: ['ketcdctl role list'],
  flags: {},
  noTimeout: 'drop-in',
} satisfies CommandSpec;

export const run: Run<typeof spec> = async (context, args) => {
  exactly(args, 0, 'role list command requires no arguments');
  const format = outputFormat(context);
  const { auth } = await context.connect();
  const response = await auth.roleList();
  await print(context, format, {
    message: 'AuthRoleListResponse',
    response,
    simple: () => response.roles.map((name) => `${name}\n`),
    fields: () =>
      `${headerFields(context, response.header)}"Roles" :${response.roles.map((name) => ` ${goQuote(name)}`).join('')}\n`,
  });
};
