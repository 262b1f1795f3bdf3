// A reporter for `node --test`: only the tests that failed, each with its file and its error. run.mjs prints it last, where a reader looks.
import { inspect } from 'node:util';

export default async function* failures(events) {
  for await (const { type, data } of events) {
    // What failed because a part of it did is told by the part.
    if (type !== 'test:fail' || data.details?.error?.failureType === 'subtestsFailed') continue;
    const error = data.details?.error?.cause ?? data.details?.error;
    yield `${data.file ?? ''}:${data.line ?? ''} ${data.name}\n${inspect(error, { depth: 4 }).replace(/^/gm, '    ')}\n`;
  }
}
