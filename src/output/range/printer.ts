import type { RangePage } from '../../etcd/range-page.js';

/** What of each key-value `get` shows. */
export interface RangeLook {
  keysOnly: boolean;
  valuesOnly: boolean;
  countOnly: boolean;
}

/** Prints a range as it comes, a page at a time: nothing of a page is kept when the next one is printed. */
export interface RangePrinter {
  /** The next page; `first` says whether it is the first one. */
  page(page: RangePage, first: boolean): Promise<void>;
  /** What follows the last page. */
  end(last: RangePage): Promise<void>;
}
