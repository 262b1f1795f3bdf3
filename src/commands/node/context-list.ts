import { readContexts } from '../../node/contexts.js';
import { factsOf, OUTPUT_FLAG, reportFormat, writeReport } from '../../output/report.js';
import type { CommandSpec, Run } from '../command.js';

export const spec = {
  usage: 'context list [options]',
  examples: ['ketcdctl context list', 'ketcdctl context list -o yaml'],
  flags: { ...OUTPUT_FLAG },
} satisfies CommandSpec;

export const run: Run<typeof spec> = async (context, _args, flags) => {
  const format = reportFormat(context, flags);
  const { current, contexts } = readContexts(context.env);
  const names = Object.keys(contexts).sort();
  if (names.length === 0) context.stderr.write('There are no contexts: ketcdctl context add makes one.\n');
  await writeReport(context, format, {
    heads: ['CURRENT', 'NAME', 'ENDPOINTS', 'CERTIFICATE'],
    rows: names.map((name) => {
      const { endpoints = [], cert = '' } = contexts[name]!;
      return [name === current ? '*' : '', name, endpoints.join(','), cert];
    }),
    name: 'contexts',
    items: names.map((name) => factsOf({ name, current: name === current, ...contexts[name]! })),
  });
};
