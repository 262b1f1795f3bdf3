/**
 * The exit codes of ketcdctl, which are etcdctl's (pkg/cobrautl of etcd): every process ends with one of these.
 */
export const ExitCode = {
  Ok: 0,
  /** The server refused, the deadline passed, a flag was malformed, or anything that has no code of its own. */
  Error: 1,
  /** The connection or the login could not be made. */
  BadConnection: 2,
  /** Unusable text on standard input. */
  InvalidInput: 3,
  /** A flag's value that parses but is not known, or a format that the command does not have. */
  BadFeature: 4,
  /** Interrupted, or ended by the server. */
  Interrupted: 5,
  IO: 6,
  BadArgs: 128,
} as const;
