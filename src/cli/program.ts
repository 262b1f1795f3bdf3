/** The tools that a process can be, each with its commands, its options and its help. */
import { atLeast, type EtcdTool, isDropIn, type Mode } from '../base/contract.js';
import { flagList } from '../base/flags/declare.js';
import { inSpan } from '../base/versions.js';
import { AUGERCTL_FLAGS } from '../commands/auger/flags.js';
import { augerCommands, augerctlCommands } from '../commands/auger/index.js';
import type { Program } from '../commands/command.js';
import { augerOwnCommands, commands } from './command-table.js';
import { globalFlags } from './global-flags.js';

/** The tool of a mode. */
export function programOf(mode: Mode): Program {
  if (isDropIn(mode)) return etcdProgram(mode);
  if (mode.tool === 'auger') return { ...AUGER, mode };
  if (mode.tool === 'augerctl') return { ...AUGERCTL, mode };
  return {
    mode,
    about: 'An etcdctl for people who run Kubernetes.',
    commands,
    globals: globalFlags(mode),
    layout: 'own',
    abbreviates: true,
  };
}

function etcdProgram(mode: EtcdTool): Program {
  return {
    mode,
    about: 'A command line client for etcd, served by ketcdctl',
    commands: commands.filter((entry) => inSpan(entry[mode.tool], mode.version)),
    globals: globalFlags(mode),
    layout: mode.tool === 'etcdutl' || atLeast(mode, '3.7') ? 'cobra' : 'blocks',
    abbreviates: true,
  };
}

const AUGER: Omit<Program, 'mode'> = {
  about: 'Inspect and analyze kubernetes objects in binary storage\nencoding used with etcd 3+ and boltdb.',
  commands: [...augerCommands, ...augerOwnCommands],
  globals: [],
  layout: 'cobra with examples',
  abbreviates: false,
};

const AUGERCTL: Omit<Program, 'mode'> = {
  ...AUGER,
  about: 'A simple command line client for directly accessing data objects stored in etcd by Kubernetes.',
  commands: [...augerctlCommands, ...augerOwnCommands],
  globals: flagList(AUGERCTL_FLAGS),
};
