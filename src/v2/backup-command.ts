import { type Action, Ending } from './run.js';
export const backup: Action = async () => {
  throw new Ending(1, 'not yet\n');
};
