/** What a list, a watch or a get may be asked with: the options of the query, read as the API server reads them. */
import { badRequest, type FieldProblem, invalid } from './status.js';

/** ListOptions of meta.k8s.io. */
export interface ListOptions {
  labelSelector: string;
  fieldSelector: string;
  watch: boolean;
  allowWatchBookmarks: boolean;
  /** Undefined where it was not given: the newest. */
  resourceVersion: bigint | undefined;
  match: string;
  /** Seconds. */
  timeout: number | undefined;
  /** 0: all. */
  limit: number;
  continueToken: string;
  sendInitialEvents: boolean;
}

/** @throws StatusError 400 for what cannot be read, 422 for what does not go together */
export function listOptions(query: URLSearchParams): ListOptions {
  const text = (name: string) => query.get(name) ?? '';
  const initial = query.get('sendInitialEvents');
  const options: ListOptions = {
    labelSelector: text('labelSelector'),
    fieldSelector: text('fieldSelector'),
    watch: truth(query.get('watch')),
    allowWatchBookmarks: truth(query.get('allowWatchBookmarks')),
    resourceVersion: undefined,
    match: text('resourceVersionMatch'),
    timeout: query.has('timeoutSeconds') ? integer(text('timeoutSeconds')) : undefined,
    limit: query.has('limit') ? integer(text('limit')) : 0,
    continueToken: text('continue'),
    sendInitialEvents: truth(initial),
  };
  const problems = (options.watch ? watchProblems : listProblems)(options, text('resourceVersion'), initial !== null);
  if (problems.length > 0) throw invalid('ListOptions', 'meta.k8s.io', problems);
  return { ...options, resourceVersion: resourceVersion(text('resourceVersion')) };
}

/** As Go's url values are made into a bool: all but these words are true. */
function truth(value: string | null): boolean {
  return value !== null && !['', '0', 'false'].includes(value.toLowerCase());
}

function integer(text: string): number {
  if (!/^[+-]?\d+$/.test(text)) throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
  const value = BigInt(text);
  if (BigInt.asIntN(64, value) !== value) {
    throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: value out of range`);
  }
  return Number(value);
}

/** @throws StatusError 400 */
export function resourceVersion(text: string): bigint | undefined {
  if (text === '') return undefined;
  const range = /^\d+$/.test(text) ? 'value out of range' : 'invalid syntax';
  if (range === 'value out of range' && BigInt(text) < 2n ** 64n) return BigInt(text);
  const quoted = JSON.stringify(text);
  throw badRequest(
    `invalid resource version: resourceVersion: Invalid value: ${quoted}: strconv.ParseUint: parsing ${quoted}: ${range}`,
  );
}

const EXACT = 'Exact';
const NOT_OLDER = 'NotOlderThan';

function listProblems({ match, continueToken }: ListOptions, version: string, hasInitial: boolean): FieldProblem[] {
  const problems: FieldProblem[] = [];
  if (match !== '') {
    if (version === '')
      problems.push(forbidden(MATCH, 'resourceVersionMatch is forbidden unless resourceVersion is provided'));
    if (continueToken !== '')
      problems.push(forbidden(MATCH, 'resourceVersionMatch is forbidden when continue is provided'));
    if (match !== EXACT && match !== NOT_OLDER) problems.push(unsupported(match, ['', EXACT, NOT_OLDER]));
    if (match === EXACT && version === '0') {
      problems.push(forbidden(MATCH, 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"'));
    }
  }
  if (hasInitial) problems.push(forbidden('sendInitialEvents', 'sendInitialEvents is forbidden for list'));
  return problems;
}

function watchProblems({ match, continueToken }: ListOptions, _version: string, hasInitial: boolean): FieldProblem[] {
  const problems: FieldProblem[] = [];
  if (hasInitial && match !== NOT_OLDER) {
    problems.push(forbidden(MATCH, `sendInitialEvents requires setting resourceVersionMatch to ${NOT_OLDER}`));
  }
  if (match === '') return problems;
  if (!hasInitial) {
    problems.push(forbidden(MATCH, 'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided'));
  }
  if (match !== NOT_OLDER) problems.push(unsupported(match, [NOT_OLDER]));
  if (continueToken !== '')
    problems.push(forbidden(MATCH, 'resourceVersionMatch is forbidden when continue is provided'));
  return problems;
}

const MATCH = 'resourceVersionMatch';

function forbidden(name: string, why: string): FieldProblem {
  return { field: name, reason: 'FieldValueForbidden', message: `Forbidden: ${why}` };
}

function unsupported(value: string, supported: readonly string[]): FieldProblem {
  const list = supported.map((each) => JSON.stringify(each)).join(', ');
  const message = `Unsupported value: ${JSON.stringify(value)}: supported values: ${list}`;
  return { field: MATCH, reason: 'FieldValueNotSupported', message };
}
