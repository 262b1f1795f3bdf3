import type { ICompare, IRequestOp, ITxnRequest } from 'etcd3/lib/rpc';
import { isDropIn } from '../../base/contract.js';
import { ExitCode, Failure } from '../../base/errors.js';
import { bool } from '../../base/flags/declare.js';
import { trimGoSpace } from '../../base/go/space.js';
import { inputLines } from '../../base/input.js';
import { outputFormat } from '../../output/format.js';
import { printTxn } from '../../output/txn.js';
import type { CommandContext, CommandSpec, Run } from '../command.js';
import { parseCompare } from './compare.js';
import { parseOperation } from './operation.js';

export const spec = {
  usage: 'txn [options]',
  description:
    'Reads a transaction from standard input: comparisons, the operations when all of them hold, the operations when not. Each of the three parts ends with an empty line. A comparison: TARGET("key") OP "value", with ver, create, mod, val or lease as TARGET and one of = != > < as OP. An operation: get, put or del with its flags.',
  examples: [
    'ketcdctl txn -i # asks for each part',
    'printf \'mod("lock") = "0"\\n\\nput lock me\\n\\nget lock\\n\\n\' | ketcdctl txn',
    'ketcdctl txn --many < changes.txt # one transaction after another',
  ],
  flags: {
    interactive: bool('say which part is to be typed next', { short: 'i' }),
    many: bool('run all transactions of standard input in turn, until one is refused', { own: true }),
  },
  noTimeout: 'always',
} satisfies CommandSpec;

export const run: Run<typeof spec> = async (context, args, flags) => {
  if (args.length > 0) throw new Failure('txn command does not accept argument', { exitCode: ExitCode.BadArgs });
  const format = outputFormat(context);
  const client = await context.connect();
  const reader = new TxnReader(context, flags.interactive);
  const many = flags.many;
  for (let request = await reader.read(many); request; request = many ? await reader.read(many) : undefined) {
    await printTxn(context, format, await client.kv.txn(request));
  }
  return context.undecodable > 0 ? ExitCode.Error : ExitCode.Ok;
};

/** Reads transactions from standard input, line by line, so that a mistake is told as soon as it is typed. */
class TxnReader {
  private readonly lines: AsyncGenerator<string>;
  private readonly asks: boolean;

  constructor(
    private readonly context: CommandContext,
    interactive: boolean,
  ) {
    this.lines = inputLines(context.stdin);
    this.asks = interactive || (!isDropIn(context.mode) && context.stdin.isTTY === true);
  }

  /**
   * The next transaction; undefined when the input ends and `mayEnd`.
   * @throws Failure (exit code 3) for malformed lines and when the input ends within a transaction.
   */
  async read(mayEnd: boolean): Promise<ITxnRequest | undefined> {
    const compare = await this.part('compares:', (line) => parseCompare(line, this.context.mode), mayEnd);
    if (!compare) return undefined;
    const operation = (line: string) => parseOperation(line, this.context);
    const success = await this.part('success requests (get, put, del):', operation);
    const failure = await this.part('failure requests (get, put, del):', operation);
    return { compare, success, failure };
  }

  private part(prompt: string, parse: (line: string) => ICompare, mayEnd: boolean): Promise<ICompare[] | undefined>;
  private part(prompt: string, parse: (line: string) => Promise<IRequestOp>): Promise<IRequestOp[]>;
  private async part<T>(prompt: string, parse: (line: string) => T | Promise<T>, mayEnd = false) {
    await this.prompt(prompt);
    const items: T[] = [];
    for (;;) {
      const { value, done } = await this.lines.next();
      if (done && mayEnd && items.length === 0) return undefined;
      if (done) throw this.ended();
      const line = trimGoSpace(value);
      if (line === '') return items;
      items.push(await parse(line));
    }
  }

  /** etcdctl prompts on standard output, among its answers; own mode keeps them apart. */
  private async prompt(text: string): Promise<void> {
    if (!this.asks) return;
    const out = isDropIn(this.context.mode) ? this.context.stdout : this.context.stderr;
    await out.write(`${text}\n`);
  }

  private ended(): Failure {
    const text = isDropIn(this.context.mode) ? 'EOF' : 'standard input ends within the transaction';
    return new Failure(text, {
      exitCode: ExitCode.InvalidInput,
      hint: 'comparisons, success requests and failure requests each end with an empty line, also where there are none',
    });
  }
}
