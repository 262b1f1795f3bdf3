/** What the thread of {@link checkHash} runs: it posts the SHA-256 of the first `length` bytes of the file at `path`. */
import { parentPort, workerData } from 'node:worker_threads';
import { DbFile } from '../bolt/db-file.js';
import { hashOf } from './hash-of.js';

const { path, length } = workerData as { path: string; length: number };
parentPort?.postMessage(hashOf(new DbFile(path, path), length));
