/** The first part of a transaction: comparisons such as `mod("key") > "0"`. */
import { CompareResult, CompareTarget, type ICompare } from 'etcd3/lib/rpc';
import { atLeast, type Mode } from '../../base/contract.js';
import { ExitCode, Failure } from '../../base/errors.js';
import { argBytes } from '../../base/go/argument-bytes.js';
import { goQuote } from '../../base/go/quote.js';
import { GO_SPACE } from '../../base/go/space.js';
import { goUnquote } from '../../base/go/unquote.js';

const TARGETS: Record<string, keyof typeof CompareTarget> = {
  ver: 'Version',
  version: 'Version',
  c: 'Create',
  create: 'Create',
  m: 'Mod',
  mod: 'Mod',
  val: 'Value',
  value: 'Value',
  lease: 'Lease',
};

const FIELDS = {
  Version: 'version',
  Create: 'create_revision',
  Mod: 'mod_revision',
  Value: 'value',
  Lease: 'lease',
} as const;

const RESULTS: Record<string, keyof typeof CompareResult> = {
  '=': 'Equal',
  '!=': 'NotEqual',
  '>': 'Greater',
  '<': 'Less',
};

/**
 * Reads a comparison.
 * @throws Failure (exit code 3) with etcdctl's texts; also for what makes etcdctl crash.
 */
export function parseCompare(line: string, mode: Mode): ICompare {
  const bracket = line.indexOf('(');
  if (bracket < 0) throw invalid(`malformed comparison: ${line}`);
  const name = line.slice(0, bracket);
  const { key, op, value } = scan(line.slice(bracket + 1));
  if (value === undefined) {
    const got = `${name}(${goQuote(argBytes(key))}) ${op} ""`;
    throw invalid(`malformed comparison: ${line}; got ${got}`, 'a comparison looks like this: mod("key") > "0"');
  }
  const target = TARGETS[name];
  if (target === undefined) throw invalid(`malformed comparison: ${line} (unknown target ${name})`);
  const operand = target === 'Value' ? argBytes(value) : number(value, target === 'Lease' ? 16 : 10, line, mode);
  const result = RESULTS[op];
  if (result === undefined) throw invalid(`malformed comparison: ${line} (unknown operator ${op})`);
  if (target === 'Lease' && !atLeast(mode, '3.8')) {
    throw invalid(`malformed comparison: ${line} (leases cannot be compared before 3.8)`);
  }
  return {
    target: CompareTarget[target],
    result: CompareResult[result],
    key: argBytes(key),
    [FIELDS[target]]: operand,
  } as ICompare;
}

const BLANK = `[${GO_SPACE}]`;
const LITERAL = `${BLANK}*("(?:[^"\\\\]|\\\\.)*"|\`[^\`]*\`)`;
const KEY = new RegExp(`^${LITERAL}`, 's');
const OPERATOR = new RegExp(`^\\)${BLANK}+(?!${BLANK})(.+?)(?=${BLANK}|$)`, 's');
const VALUE = new RegExp(`^${BLANK}+${LITERAL}`, 's');

/** Reads `"key") op "value"` as far as it goes; what follows the value is passed over. */
function scan(text: string): { key: string; op: string; value?: string } {
  const found = { key: '', op: '' };
  const keyMatch = KEY.exec(text);
  const key = keyMatch && goUnquote(keyMatch[1]!);
  if (!keyMatch || key === undefined || key === null) return found;
  found.key = key;
  const afterKey = text.slice(keyMatch[0].length);
  const opMatch = OPERATOR.exec(afterKey);
  if (!opMatch) return found;
  found.op = opMatch[1]!;
  const valueMatch = VALUE.exec(afterKey.slice(opMatch[0].length));
  const value = valueMatch && goUnquote(valueMatch[1]!);
  return value === undefined || value === null ? found : { ...found, value };
}

/** A number in quotes, as a decimal string. */
function number(text: string, base: 10 | 16, line: string, mode: Mode): string {
  const [, sign, digits] = (base === 10 ? /^([+-]?)(\d+)$/ : /^([+-]?)([\da-f]+)$/i).exec(text) ?? [];
  const size = digits === undefined ? undefined : BigInt(base === 10 ? digits : `0x${digits}`);
  const value = sign === '-' && size !== undefined ? -size : size;
  if (value !== undefined && BigInt.asIntN(64, value) === value) return String(value);
  const why = value === undefined ? 'invalid syntax' : 'value out of range';
  const reason = atLeast(mode, '3.8') ? ` (strconv.ParseInt: parsing ${goQuote(text)}: ${why})` : '';
  throw invalid(`invalid txn compare request: ${line}${reason}`);
}

function invalid(message: string, hint?: string): Failure {
  return new Failure(message, { exitCode: ExitCode.InvalidInput, ...(hint ? { hint } : {}) });
}
