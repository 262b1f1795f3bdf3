import type { Context as BaseContext } from '../base/contract.js';
import type { StoredValues } from '../k8s/values.js';

/** What printing needs of a run: its streams and options, and what reads stored values. */
export interface Context extends BaseContext {
  /** One a run, the same at each call; loaded with the first. */
  values(): Promise<StoredValues>;
  /** How many values it told of that could not be decoded: if any, the exit code is to be 1. */
  readonly undecodable: number;
}
