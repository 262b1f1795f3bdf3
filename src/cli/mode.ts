import { basename } from 'node:path';
import type { Mode, Version } from '../base/contract.js';
import { ExitCode, Failure } from '../base/errors.js';
import { inSpan } from '../base/versions.js';
import type { CommandEntry } from '../commands/command.js';
import { isBuilt } from './command-table.js';

/** Which tool this process is. `versionGiven`: `etcdctl@3.5` was said, not just `etcdctl`. */
export type Identity =
  | { tool: 'auger'; program: 'auger' | 'augerctl' }
  | { tool: 'mode'; mode: Mode; versionGiven: boolean };

const VERSIONS: readonly Version[] = ['3.4', '3.5', '3.6', '3.7', '3.8'];
const NEWEST_RELEASE: Version = '3.7';
const TOOLS = ['ketcdctl', 'etcdctl', 'etcdutl', 'auger', 'augerctl'];

/**
 * Finds out as which tool this process was started: by `KETCDCTL_AS` (`etcdctl`, `etcdctl@3.5`, …) or else by its own name.
 * @throws Failure when KETCDCTL_AS names no tool.
 */
export function identify(program: string, env: NodeJS.ProcessEnv): Identity {
  const wanted = env.KETCDCTL_AS;
  if (!wanted) return identity(basename(program).replace(/\.(?:js|exe)$/, ''));
  const [tool, version] = wanted.split('@', 2);
  if (!TOOLS.includes(tool!)) {
    throw new Failure(`KETCDCTL_AS=${wanted} names no tool that can be imitated`, {
      exitCode: ExitCode.BadArgs,
      hint: 'it takes etcdctl, etcdutl or auger, with a version if need be: etcdctl@3.5',
    });
  }
  return identity(tool!, version);
}

function identity(name: string, wanted?: string): Identity {
  if (name === 'auger' || name === 'augerctl') return { tool: 'auger', program: name };
  if (name !== 'etcdctl' && name !== 'etcdutl')
    return { tool: 'mode', mode: { tool: 'ketcdctl' }, versionGiven: false };
  const version = wanted === undefined ? NEWEST_RELEASE : VERSIONS.find((known) => isMinor(wanted, known));
  if (version === undefined) {
    throw new Failure(`there is no ${name} ${wanted} to imitate`, {
      exitCode: ExitCode.BadArgs,
      hint: `versions: ${VERSIONS.join(', ')}`,
    });
  }
  return { tool: 'mode', mode: { tool: name, version }, versionGiven: wanted !== undefined };
}

/** Whether `text` is the minor version itself or one of its patch releases, with or without a `v`. */
function isMinor(text: string, minor: Version): boolean {
  const plain = text.replace(/^v/, '');
  return plain === minor || plain.startsWith(`${minor}.`);
}

/** Whether the command exists in this mode: own mode has all that are written. */
export function hasCommand(mode: Mode, entry: CommandEntry): boolean {
  if (mode.tool === 'ketcdctl') return isBuilt(entry);
  return inSpan(mode.tool === 'etcdctl' ? entry.etcdctl : entry.etcdutl, mode.version);
}
