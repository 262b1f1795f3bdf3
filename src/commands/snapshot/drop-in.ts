/** How etcd's own tools treat files: whether they wait for somebody else's lock, and what they write about their work. */
import { atLeast, type EtcdTool, isDropIn } from '../../base/contract.js';
import { ExitCode, Failure } from '../../base/errors.js';
import { FileInUse, type LockOptions } from '../../base/files/lock.js';
import type { Log } from '../../storage/log.js';
import type { CommandContext } from '../command.js';

/**
 * Own mode does not wait: it says who has the file. etcd's tools wait without an end, from 3.7 on for as long as --timeout says; after a
 * second they say so where `message` has the words.
 */
export function lockOptions(context: CommandContext, message?: string): LockOptions {
  const { mode, stderr } = context;
  if (!isDropIn(mode)) return {};
  const timeout = mode.tool === 'etcdutl' && atLeast(mode, '3.7') ? context.options.lockTimeout : 0;
  const onWait = message === undefined ? undefined : () => void stderr.write(`${message}\n`);
  return { waitMs: timeout === 0 ? null : timeout, onWait };
}

/** The failure in place of an error: etcd's tools panic, with exit code 2, where a lock is not given in time. Other errors stay. */
export function asLockTimeout({ mode }: CommandContext, error: unknown): unknown {
  if (!isDropIn(mode) || !(error instanceof FileInUse)) return error;
  return new Failure('failed to open database: timeout', { exitCode: ExitCode.BadConnection, cause: error });
}

/** What is written to standard error while a command works; nothing in own mode. */
export function etcdLog({ mode, stderr }: CommandContext): Log {
  if (!isDropIn(mode)) return () => {};
  const line = isConsole(mode) ? consoleLine : jsonLine;
  return (level, source, message, fields = {}) => {
    stderr.write(line(level, source, message, fields, new Date()));
  };
}

/** etcdctl 3.4 logs JSON, etcdutl (and what etcdctl 3.5 has of it) columns. */
function isConsole(mode: EtcdTool): boolean {
  return atLeast(mode, '3.5');
}

type Line = (...args: [...Required<Parameters<Log>>, time: Date]) => string;

const consoleLine: Line = (level, source, message, fields, time) => {
  const pairs = Object.entries(fields).map(([name, value]) => `${JSON.stringify(name)}: ${jsonOf(value, ', ')}`);
  const columns = [`${time.toISOString().slice(0, 19)}Z`, level, source, message];
  if (pairs.length > 0) columns.push(`{${pairs.join(', ')}}`);
  return `${columns.join('\t')}\n`;
};

const jsonLine: Line = (level, source, message, fields, time) => {
  const pairs = Object.entries({ level, ts: time.getTime() / 1000, caller: source, msg: message, ...fields });
  return `{${pairs.map(([name, value]) => `${JSON.stringify(name)}:${jsonOf(value, ',')}`).join(',')}}\n`;
};

function jsonOf(value: unknown, comma: string): string {
  if (Array.isArray(value)) return `[${value.map((item) => jsonOf(item, comma)).join(comma)}]`;
  return typeof value === 'bigint' ? String(value) : JSON.stringify(value);
}
