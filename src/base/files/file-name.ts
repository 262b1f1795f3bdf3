/** Names out of etcd as names of files. */
import { createHash } from 'node:crypto';

/** What may be a file's name as it is: nothing that a file system or a shell takes for something else, and one case alone. */
const PLAIN = /^[a-z0-9](?:[a-z0-9._:-]*[a-z0-9])?$/;

/** File systems have names of 255 bytes; an extension and a temporary name follow. */
const LONGEST = 200;
const LONGEST_CLEANED = 80;

/**
 * One part of a path for a name that may be anything. Two names never have the same part, also where the file system takes upper for
 * lower case: what is no plain name gets the name's hash behind what of it can be read, `a_b~c7bcf3ab8cf2f3ac2d1d1b5b`.
 */
export function fileNamePart(name: string): string {
  if (PLAIN.test(name) && name.length <= LONGEST && !name.includes('..')) return name;
  const cleaned = name.replace(/[^A-Za-z0-9.:-]+/g, '_').slice(0, LONGEST_CLEANED);
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 24);
  return `${cleaned.replace(/^[._:-]+/, '_')}~${hash}`;
}
