import { outputFormat } from '../../output/format.js';
import { printPlain } from '../../output/response.js';
import type { CommandSpec, Run } from '../command.js';
import { exactly } from './auth-answer.js';

export const spec = {
  usage: 'auth disable',
  description: 'Switches authentication off: everybody who reaches the cluster may read and write all of it.',
  examples: ['ketcdctl --user root auth disable'],
  flags: {},
} satisfies CommandSpec;

export const run: Run<typeof spec> = async (context, args) => {
  exactly(args, 0, 'auth disable command does not accept any arguments');
  const format = outputFormat(context);
  const { auth } = await context.connect();
  const response = await auth.authDisable();
  await printPlain(context, format, { message: 'AuthDisableResponse', response, text: 'Authentication Disabled\n' });
};
