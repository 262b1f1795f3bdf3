import type { Target } from '../target.js';
import { answerTargets } from './answers.js';
import { encryptionTargets } from './encryption.js';
import { fileTargets } from './files.js';
import { valueTargets } from './values.js';
import { wordTargets } from './words.js';

/** All that `npm run fuzz` reads, in its order. */
export const targets: readonly Target[] = [
  ...valueTargets,
  ...encryptionTargets,
  ...fileTargets,
  ...answerTargets,
  ...wordTargets,
];
