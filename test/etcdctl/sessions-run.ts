import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
import type { Line } from './sessions.js';

/** What came of a line. Of standard error only what scripts look at is kept: the lines of the error itself. */
export interface Outcome {
  argv: string[];
  input?: string;
  exit: number;
  /** Texts with the IDs, terms and sizes of the one run put out of the way. */
  stdout: string;
  stderr: string;
}

/** Runs the lines of a session with a program, one after the other. */
export async function runSession(
  program: string[],
  endpoint: string,
  lines: readonly Line[],
  env: NodeJS.ProcessEnv = {},
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const line of lines) outcomes.push(await runLine(program, endpoint, line, env));
  return outcomes;
}

function runLine([program, ...before]: string[], endpoint: string, line: Line, env: NodeJS.ProcessEnv) {
  const { argv, input } = Array.isArray(line) ? { argv: line, input: undefined } : line;
  const around = { PATH: process.env.PATH, HOME: tmpdir(), LC_ALL: 'C', ETCDCTL_API: '3', ...env };
  return new Promise<Outcome>((resolve) => {
    const child = execFile(
      program!,
      [...before, '--endpoints', endpoint, ...argv],
      { env: around, encoding: 'buffer', timeout: 30_000 },
      (error, stdout, stderr) => {
        const exit = error ? Number(error.code ?? -1) : 0;
        const asInput = input === undefined ? {} : { input };
        resolve({ argv, ...asInput, exit, stdout: shown(stdout), stderr: errorLines(shown(stderr)) });
      },
    );
    child.stdin!.on('error', () => {});
    child.stdin!.end(input ?? '');
  });
}

/** Text as it is, without what differs from run to run; bytes that are no text as base64, where nothing of that kind is looked for. */
function shown(bytes: Buffer): string {
  const text = bytes.toString('utf8');
  if (text.includes('\ufffd') || text.includes('\0')) return bytesWithoutHeader(bytes).toString('base64');
  // A usage text is compared elsewhere, with the help of each version.
  if (/^(NAME:|Usage:|USAGE:)/m.test(text)) return '(usage)\n';
  return text
    .replaceAll(/127\.0\.0\.1:\d+/g, 'ADDRESS')
    .replace(/("?(?:cluster_id|member_id|ClusterID|MemberID)"?\s?:\s?)\d+/g, '$1ID')
    .replace(/("?(?:raft_term|RaftTerm)"?\s?:\s?)\d+/g, '$1TERM');
}

/** A message of `-w protobuf` without its first field, the header, which has the IDs of the run. */
function bytesWithoutHeader(bytes: Buffer): Buffer {
  return bytes[0] === 0x0a && bytes[1]! < 0x80 ? bytes.subarray(2 + bytes[1]!) : bytes;
}

function errorLines(text: string): string {
  return text
    .split('\n')
    .filter((line) => line.startsWith('Error:'))
    .join('\n');
}
