/**
 * What can go wrong, by codes that can be searched for: `KEC-no-leader`. docs/errors.md is made of this table (`npm run docs`).
 */
import { ExitCode } from './exit-code.js';

/** One kind of failure. */
interface ErrorKind {
  /** What it means. */
  meaning: string;
  /** What a user can do about it. */
  remedy: string;
  /** The exit code, where the place that fails names no other. */
  exitCode: number;
}

const { Error: FAILED, BadConnection, InvalidInput, BadFeature, Interrupted, IO, BadArgs } = ExitCode;

const kind = (exitCode: number, meaning: string, remedy: string): ErrorKind => ({ exitCode, meaning, remedy });

// biome-ignore format: a line a code
export const ERROR_KINDS = {
  'failed': kind(FAILED, 'What was asked for could not be done.', 'The message says what failed, and a hint what helps.'),
  'bad-arguments': kind(BadArgs, 'An argument or an option is missing, too many, or does not go with another.', '`ketcdctl help COMMAND` shows what the command takes.'),
  'bad-command-line': kind(FAILED, 'An option is not known, or its value is not of its type.', '`ketcdctl help COMMAND` lists the options; a word that begins with a dash and is no option goes behind `--`.'),
  'unknown-command': kind(FAILED, 'There is no such command.', '`ketcdctl help` lists them.'),
  'bad-value': kind(BadFeature, 'The value of an option is none of those that it takes, or the command does not have that output format.', 'The message or `ketcdctl help COMMAND` names the values.'),
  'bad-input': kind(InvalidInput, 'What was read from standard input or a file cannot be used.', 'The message names the line or the byte.'),
  'interrupted': kind(Interrupted, 'The command was interrupted, or the server ended it.', 'Run it again; the message says what was done before.'),
  'io': kind(IO, 'A file or a stream could not be read or written.', 'Rights, space and paths: the message has the reason of the system.'),
  'no-connection': kind(BadConnection, 'No endpoint could be reached, or none let us log in.', 'Look at the reason for each endpoint: the address, the port, the certificates; `endpoint health` asks each alone.'),
  'not-logged-in': kind(FAILED, 'The server does not know who asks.', 'Give --user, or a client certificate whose common name is a user; is the password right?'),
  'permission-denied': kind(FAILED, 'No role of the user covers the keys or the command.', '`user get NAME --detail` shows what the user may do.'),
  'no-leader': kind(FAILED, 'The cluster has no leader: most members are down, or cut off from one another.', '`doctor` tells who is there; `--consistency s` reads what one member has.'),
  'timeout': kind(FAILED, 'The answer did not come in time.', '--command-timeout gives it longer; `endpoint status --cluster` shows who is down or slow.'),
  'outcome-unknown': kind(FAILED, 'A write was sent, and the connection ended before the answer came: it may have been done.', 'Look whether it was done before you repeat it.'),
  'no-space': kind(FAILED, 'The database is as large as it may be; the cluster takes no writes.', '`recover-space` makes room step by step: compaction, defragmentation, disarming.'),
  'overloaded': kind(FAILED, 'The server has more to do than it takes.', 'Try again later.'),
  'too-large': kind(FAILED, 'A request or an answer is larger than the server or the client takes.', '--max-request-bytes and --max-recv-bytes, and the option of the same name of the server.'),
  'compacted': kind(FAILED, 'The revision is gone: the history was compacted.', 'Take a newer revision, or read a snapshot that still has it.'),
  'not-supported': kind(FAILED, 'This server does not know the call.', 'It is older, or newer, than the command; another endpoint may have it.'),
  'refused': kind(FAILED, 'The server answered with an error.', "The message has the server's own words."),
  'damaged-file': kind(FAILED, 'A database, snapshot or log file is damaged, or is none.', 'Take another snapshot, or another member; `snapshot verify` tells what is wrong.'),
  'encrypted': kind(FAILED, 'A value is encrypted at rest, and its key is not at hand.', '--encryption-config names the file with the keys.'),
  'fault': kind(FAILED, 'A fault of ketcdctl itself.', 'Please report it, with the command line; --debug shows where it happened.'),
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof ERROR_KINDS;

const GENERIC: Readonly<Record<number, ErrorCode>> = {
  [BadConnection]: 'no-connection',
  [InvalidInput]: 'bad-input',
  [BadFeature]: 'bad-value',
  [Interrupted]: 'interrupted',
  [IO]: 'io',
  [BadArgs]: 'bad-arguments',
};

/** The code of a failure of which no more is known than its exit code. */
export function codeOfExit(exitCode: number): ErrorCode {
  return GENERIC[exitCode] ?? 'failed';
}
