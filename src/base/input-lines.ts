import { bytesArg } from './go/argument-bytes.js';

const NEWLINE = 0x0a;

/**
 * The lines of a stream as they come, without their newlines. What follows the last newline is no line: it is left out, as
 * etcdctl does. Bytes that are not UTF-8 are kept as arg-bytes.ts has them.
 */
export async function* inputLines(stream: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let begun: Buffer[] = [];
  for await (const chunk of stream) {
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, from)) {
      const rest = chunk.subarray(from, end);
      yield bytesArg(begun.length > 0 ? Buffer.concat([...begun, rest]) : rest);
      begun = [];
      from = end + 1;
    }
    if (from < chunk.length) begun.push(chunk.subarray(from));
  }
}
