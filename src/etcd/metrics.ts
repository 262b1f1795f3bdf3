import { httpGet } from '../connection/http-get.js';
import type { ConnectionOptions } from '../connection/options.js';

const RESIDENT = /^process_resident_memory_bytes (\S+)$/m;

/**
 * Bytes of memory that a member has, by its own metrics.
 * @throws Error when they cannot be read.
 */
export async function residentMemory(endpoint: string, options: ConnectionOptions): Promise<number> {
  const metrics = await httpGet(endpoint, '/metrics', options);
  const bytes = Number(RESIDENT.exec(metrics)?.[1]);
  if (!(bytes > 0)) throw new Error('could not find: process_resident_memory_bytes');
  return bytes;
}
