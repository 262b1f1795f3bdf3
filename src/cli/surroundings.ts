import type { Io, Mode } from '../base/contract.js';

/** What a run finds around it. */
export interface Surroundings {
  mode: Mode;
  env: NodeJS.ProcessEnv;
  io: Io;
  /** The folder that is taken for `/` when this node's etcd is looked for. */
  root?: string;
}
