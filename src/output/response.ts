/** Prints the response that a command got, in the format that `-w` asks for. */
import { atLeast } from '../base/contract.js';
import type { Value } from '../k8s-decode/value.js';
import { encodeMessage } from '../rpc/codec.js';
import type { MessageName } from '../rpc/messages.js';
import type { Context } from './context.js';
import { type Format, formatNotSupported } from './format.js';
import { messageJson } from './json.js';
import type { Facts } from './records.js';

/** What a command has to say. json, protobuf, yaml and jsonl come from the message; a command gives the rest. */
export interface CommandResponse {
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
  /** What `yaml` and `jsonl` show, where it is not the message itself. */
  facts?: Facts;
}

/**
 * Prints an shown.
 * @throws Failure (exit code 4) when the command does not have the format; the request was made all the same, as etcdctl's would be.
 */
export async function print(context: Context, format: Format, shown: CommandResponse): Promise<void> {
  for (const chunk of await responseText(context, format, shown)) await context.stdout.write(chunk);
}

async function responseText(
  context: Context,
  format: Format,
  shown: CommandResponse,
): Promise<Iterable<string | Uint8Array>> {
  const { message, response } = shown;
  switch (format) {
    case 'simple':
      return shown.simple();
    case 'json':
      return [`${shown.json?.() ?? messageJson(message, response)}\n`];
    case 'protobuf':
      if (shown.protobuf === false) break;
      return [shown.protobuf ?? encodeMessage(message, response)];
    case 'fields':
      if (!shown.fields) break;
      return [shown.fields()];
    case 'table': {
      if (!shown.table) break;
      const { renderTable } = await import('./table.js');
      const { heads, rows } = shown.table();
      return [renderTable(context, heads, rows)];
    }
    default: {
      const { readableText, writeReadable } = await import('./readable.js');
      if (shown.facts) return [writeReadable(format, new Map(Object.entries(shown.facts)))];
      return [await readableText(context, format, message, response)];
    }
  }
  throw formatNotSupported(format);
}

/** The answers of several endpoints, printed as one list. There is no `protobuf` of it. */
export interface ResponseList {
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
export async function printList(context: Context, format: Format, list: ResponseList): Promise<void> {
  for (const chunk of await listText(context, format, list)) await context.stdout.write(chunk);
}

async function listText(context: Context, format: Format, list: ResponseList): Promise<string[]> {
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
      const { writeList } = await import('./readable.js');
      return [writeList(format, await list.values())];
    }
  }
}

/** Prints the response of a command that says one sentence whatever etcdctl's formats ask for; `yaml` and `jsonl` give the response itself. */
export async function printPlain(
  context: Context,
  format: Format,
  { message, response, text }: { message: MessageName; response: object; text: string },
): Promise<void> {
  if (format !== 'yaml' && format !== 'jsonl') {
    await context.stdout.write(text);
    return;
  }
  const { readableText } = await import('./readable.js');
  await context.stdout.write(await readableText(context, format, message, response));
}
