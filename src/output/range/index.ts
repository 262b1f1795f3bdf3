/** The printers of a range: one for each format of `get`. */

import type { RangePage } from '../../etcd/range-page.js';
import type { Context } from '../context.js';
import { type Format, formatNotSupported } from '../format.js';
import type { RangeOptions } from '../key-values.js';
import type { Printer } from '../printer.js';
import { jsonRange } from './json.js';
import { simpleRange } from './simple.js';

/**
 * The printer of a range's pages. `simple` and `json`, which most runs take, are loaded with it.
 * @throws Failure for `table`, which a range does not have.
 */
export async function rangePrinter(
  context: Context,
  format: Format,
  options: RangeOptions,
): Promise<Printer<RangePage>> {
  switch (format) {
    case 'simple':
      return simpleRange(context, options);
    case 'json':
      return jsonRange(context);
    case 'fields':
      return (await import('./fields.js')).fieldsRange(context);
    case 'protobuf':
      return (await import('./protobuf.js')).protobufRange(context);
    case 'table':
      throw formatNotSupported(format);
    default:
      return (await import('./readable.js')).readableRange(context, format, options);
  }
}
