/** The two selectors of kubectl, together. */
import { labelSelector } from './label-selector.js';
import { fieldSelector, type Selector } from './selectors.js';

/**
 * What `--selector` and `--field-selector` select together; undefined where both are empty: then nothing has to be decoded for it.
 * @throws Failure that shows the part which is none
 */
export function objectSelector(flags: { selector: string; fieldSelector: string }): Selector | undefined {
  const labels = flags.selector ? labelSelector(flags.selector) : undefined;
  const fields = flags.fieldSelector ? fieldSelector(flags.fieldSelector) : undefined;
  if (!labels || !fields) return labels ?? fields;
  return (object) => labels(object) && fields(object);
}
