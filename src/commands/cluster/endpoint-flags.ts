import { bool } from '../../base/flags/declare.js';

/** The flags of all commands of `endpoint`. */
export const ENDPOINT_FLAGS = { cluster: bool('ask all members of the cluster', { env: true }) };
