import { basename } from 'node:path';
import { BUILD } from '../base/build.js';
import type { Mode, Version } from '../base/contract.js';
import { ExitCode, Failure } from '../base/errors.js';

/** Which tool this process is. `versionGiven`: `etcdctl@3.5` was said, not just `etcdctl`. */
export interface Identity {
  mode: Mode;
  versionGiven: boolean;
}

const VERSIONS: readonly Version[] = ['3.4', '3.5', '3.6', '3.7', '3.8'];
const NEWEST_RELEASE: Version = '3.7';
const TOOLS = ['ketcdctl', 'etcdctl', 'etcdutl', 'auger', 'augerctl'];

/** By what name it was started: an executable's first word is its own; under Node that is Node's. */
export function processName(): string {
  return (BUILD === 'executable' ? process.argv0 : process.argv[1]) ?? '';
}

/**
 * Finds out as which tool this process was started: by `KETCDCTL_AS` (`etcdctl`, `etcdctl@3.5`, …) or else by its own name.
 * @throws Failure when KETCDCTL_AS names no tool.
 */
export function identify(name: string, env: NodeJS.ProcessEnv): Identity {
  const wanted = env.KETCDCTL_AS;
  if (!wanted) return identity(basename(name).replace(/\.(?:js|exe)$/, ''));
  const [tool, version] = wanted.split('@', 2);
  if (!TOOLS.includes(tool!)) {
    throw new Failure(`KETCDCTL_AS=${wanted} names no tool that can be imitated`, {
      exitCode: ExitCode.BadArgs,
      hint: 'it takes etcdctl, etcdutl or auger, with a version if need be: etcdctl@3.5',
    });
  }
  return identity(tool!, version);
}

function identity(tool: string, wanted?: string): Identity {
  if (tool === 'auger' || tool === 'augerctl') return { mode: { tool }, versionGiven: false };
  if (tool !== 'etcdctl' && tool !== 'etcdutl') return { mode: { tool: 'ketcdctl' }, versionGiven: false };
  const version = wanted === undefined ? NEWEST_RELEASE : VERSIONS.find((known) => isMinor(wanted, known));
  if (version === undefined) {
    throw new Failure(`there is no ${tool} ${wanted} to imitate`, {
      exitCode: ExitCode.BadArgs,
      hint: `versions: ${VERSIONS.join(', ')}`,
    });
  }
  return { mode: { tool, version }, versionGiven: wanted !== undefined };
}

/** Whether `text` is the minor version itself or one of its patch releases, with or without a `v`. */
function isMinor(text: string, minor: Version): boolean {
  const plain = text.replace(/^v/, '');
  return plain === minor || plain.startsWith(`${minor}.`);
}
