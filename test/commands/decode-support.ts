import { Readable } from 'node:stream';
import type { Io } from '../../src/base/contract.js';
import { runTool } from '../../src/cli/run.js';
import { encodeStored } from '../../src/k8s-decode/index.js';
import { parseJson } from '../../src/k8s-decode/json/json.js';
import type { Fields } from '../../src/k8s-decode/value.js';
import { Captured } from '../cli/support.js';
import { runCliForBytes } from '../support/cli.js';
import { builtProgram } from '../support/program.js';

export interface Run {
  exit: number;
  stdout: Buffer;
  text: string;
  stderr: string;
}

class CapturedBytes extends Captured {
  readonly chunks: Buffer[] = [];

  override write(chunk: string | Uint8Array): undefined {
    this.chunks.push(Buffer.from(chunk));
    super.write(chunk);
  }
}

/** Runs a command line in this process, with `input` on standard input in pieces of `pieceSize` bytes. */
export async function runWith(input: string | Buffer, argv: string[], pieceSize = 65_536): Promise<Run> {
  if (builtProgram) {
    const { bytes, ...end } = await runCliForBytes(argv, { input });
    return { ...end, stdout: bytes, text: bytes.toString() };
  }
  const stdout = new CapturedBytes();
  const stderr = new Captured();
  const io = { stdout, stderr, stdin: Readable.from(pieces(Buffer.from(input), pieceSize)) } as unknown as Io;
  const exit = await runTool({ name: 'ketcdctl', argv, env: {}, io });
  return { exit, stdout: Buffer.concat(stdout.chunks), text: stdout.text, stderr: stderr.text };
}

function* pieces(bytes: Buffer, size: number): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

const configMap =
  '{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"a","creationTimestamp":"2026-03-02T08:04:00Z"},"data":{"k":"v\\n"}}';

/** A config map named `a`: as JSON and as YAML. */
export const CONFIG_MAP = {
  json: configMap,
  yaml: 'apiVersion: v1\ndata:\n  k: |\n    v\nkind: ConfigMap\nmetadata:\n  creationTimestamp: "2026-03-02T08:04:00Z"\n  name: a\n',
};

/** A custom resource, as its server stores it. */
export const CUSTOM =
  '{"apiVersion":"example.com/v1","kind":"Thing","metadata":{"name":"t"},"size":9007199254740993}\n';

/** The config map with another name, as it is stored. */
export function storedConfigMap(name = 'a'): Promise<Buffer> {
  return encodeStored(parseJson(configMap.replace('"a"', JSON.stringify(name))) as Fields);
}
