import { Failure } from '../../base/errors.js';
import { contextNamed } from '../../node/contexts.js';
import { writeReadable } from '../../output/readable.js';
import { factsOf } from '../../output/report.js';
import type { CommandSpec, Run } from '../command.js';
import { nameArgument } from './shared.js';

export const spec = {
  usage: 'context show [name]',
  description: 'Shows a context as YAML: the named one, or the one that is current.',
  examples: ['ketcdctl context show', 'ketcdctl context show prod'],
  flags: {},
} satisfies CommandSpec;

export const run: Run<typeof spec> = async (context, args) => {
  const wanted = args.length === 0 ? (context.env.KETCDCTL_CONTEXT ?? '') : nameArgument(args);
  const found = contextNamed(context.env, wanted);
  if (found === undefined) {
    throw new Failure('no context is the current one', { hint: 'ketcdctl context use makes one the current one' });
  }
  await context.stdout.write(writeReadable('yaml', factsOf({ name: found.name, ...found.context })));
};
