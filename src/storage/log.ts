/**
 * Something worth telling while files are worked on, in the words and with the fields of etcd's own log, as scripts look for these.
 * @param source the file of etcd that has the line
 */
export type Log = (level: 'info' | 'warn' | 'error', source: string, message: string, fields?: LogFields) => void;

export type LogFields = Record<string, string | number | bigint | boolean | readonly string[]>;
