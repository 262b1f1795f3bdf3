/** Prints the answer of a command in the format that `-w` asks for. */
import { atLeast, type Context } from '../base/contract.js';
import type { Value } from '../k8s-decode/value.js';
import { encodeMessage } from '../rpc/codec.js';
import type { MessageName } from '../rpc/messages.js';
import { type Format, formatNotSupported } from './format.js';
import { messageJson } from './json.js';

/** What a command has to say. json, protobuf, yaml and jsonl come from the message; a command gives the rest. */
export interface Answer {
  message: MessageName;
  response: object;
  /** The text of `simple`, with its last newline. Bytes stay as they are. */
  simple(): Promise<Iterable<string | Uint8Array>> | Iterable<string | Uint8Array>;
  /** The text of `fields`; a command without it has no such format. */
  fields?(): string;
  /** The heads and the cells of `table`; a command without it has no such format. */
  table?(): { heads: string[]; rows: string[][] };
  /** The text of `json` where it is not the message's own. */
  json?(): string;
  /** `false`: no such format. */
  protobuf?: Uint8Array | false;
}

/**
 * Prints an answer.
 * @throws Failure (exit code 4) when the command does not have the format; the request was made all the same, as etcdctl's would be.
 */
export async function print(context: Context, format: Format, answer: Answer): Promise<void> {
  for (const chunk of await answerText(context, format, answer)) await context.stdout.write(chunk);
}

async function answerText(context: Context, format: Format, answer: Answer): Promise<Iterable<string | Uint8Array>> {
  const { message, response } = answer;
  switch (format) {
    case 'simple':
      return answer.simple();
    case 'json':
      return [`${answer.json?.() ?? messageJson(message, response)}\n`];
    case 'protobuf':
      if (answer.protobuf === false) break;
      return [answer.protobuf ?? encodeMessage(message, response)];
    case 'fields':
      if (!answer.fields) break;
      return [answer.fields()];
    case 'table': {
      if (!answer.table) break;
      const { renderTable } = await import('./table.js');
      const { heads, rows } = answer.table();
      return [renderTable(context, heads, rows)];
    }
    default: {
      const { humaneText } = await import('./humane.js');
      return [await humaneText(context, format, message, response)];
    }
  }
  throw formatNotSupported(format);
}

/** The answers of several endpoints, printed as one list. There is no `protobuf` of it. */
export interface AnswerList {
  /** The lines of `simple`. */
  simple(): string[];
  /** The JSON of each, the members of one array. */
  json: string[];
  /** The lines of `fields` of each, with the empty line behind. */
  fields: string[];
  table: { heads: string[]; rows: string[][] };
  /** Each for `yaml` and `jsonl`. */
  values(): Promise<Value[]>;
}

/**
 * Prints the answers of several endpoints.
 * @throws Failure (exit code 4) for `protobuf`.
 */
export async function printList(context: Context, format: Format, list: AnswerList): Promise<void> {
  for (const chunk of await listText(context, format, list)) await context.stdout.write(chunk);
}

async function listText(context: Context, format: Format, list: AnswerList): Promise<string[]> {
  switch (format) {
    case 'simple':
      return list.simple();
    case 'json':
      // Go's nil slice: null, since 3.6 collects the answers that way.
      return list.json.length > 0 || !atLeast(context.mode, '3.6') ? [`[${list.json.join(',')}]\n`] : ['null\n'];
    case 'fields':
      return list.fields;
    case 'table': {
      const { renderTable } = await import('./table.js');
      return [renderTable(context, list.table.heads, list.table.rows)];
    }
    case 'protobuf':
      throw formatNotSupported(format);
    default: {
      const { writeHumane } = await import('./humane.js');
      const values = await list.values();
      return format === 'yaml' ? [writeHumane(format, values)] : values.map((value) => writeHumane(format, value));
    }
  }
}
