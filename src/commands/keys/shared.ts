/** What several commands of keys share. */
import { bool } from '../../base/flags/declare.js';

export const SHOW_MANAGED_FIELDS = bool('show metadata.managedFields of objects in `simple`, which leaves it out', {
  own: true,
});
