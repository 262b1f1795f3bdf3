import { contextNamed, readContexts, writeContexts } from '../../node/contexts.js';
import type { CommandSpec, Run } from '../command.js';
import { nameArgument } from './shared.js';

export const spec = {
  usage: 'context use <name>',
  description:
    'Makes a context the current one: it is used where neither --endpoints nor --context (or their variables) are given.',
  examples: ['ketcdctl context use prod'],
  flags: {},
} satisfies CommandSpec;

export const run: Run<typeof spec> = async (context, args) => {
  const { name } = contextNamed(context.env, nameArgument(args))!;
  writeContexts(context.env, { ...readContexts(context.env), current: name });
  context.stdout.write(`Context ${name} is the current one\n`);
};
