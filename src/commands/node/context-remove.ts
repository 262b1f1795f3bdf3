import { contextNamed, readContexts, writeContexts } from '../../node/contexts.js';
import type { CommandSpec, Run } from '../command.js';
import { nameArgument } from './shared.js';

export const spec = {
  usage: 'context remove <name>',
  examples: ['ketcdctl context remove prod'],
  flags: {},
} satisfies CommandSpec;

export const run: Run<typeof spec> = async (context, args) => {
  const { name } = contextNamed(context.env, nameArgument(args))!;
  const { current, contexts } = readContexts(context.env);
  delete contexts[name];
  writeContexts(context.env, { ...(current !== undefined && current !== name && { current }), contexts });
  context.stdout.write(`Context ${name} removed\n`);
};
