/**
 * Label selectors as Kubernetes reads them: `app=web,tier!=db,env in (a,b),env notin (c),track,!canary,size>3`. What is none is
 * refused in the API server's words (apimachinery, pkg/labels).
 */
import { Failure } from '../base/errors.js';
import { field, stringField } from '../k8s-decode/value.js';
import type { Selector } from './selectors.js';

type TokenType = 'name' | 'end' | ')' | '(' | ',' | '!' | '=' | '==' | '!=' | '>' | '<' | 'in' | 'notin' | 'error';

interface Token {
  type: TokenType;
  text: string;
}

/** What stands between a key and its values. */
type Operator = 'in' | 'notin' | '=' | '==' | '!=' | '>' | '<' | 'exists' | '!';

interface Requirement {
  key: string;
  operator: Operator;
  values: readonly string[];
}

const BINARY: readonly TokenType[] = ['in', 'notin', '=', '==', '!=', '>', '<'];
const BINARY_NAMES = 'in, notin, =, ==, !=, gt, lt';

/**
 * A selector by labels.
 * @throws Failure that shows the part which is none
 */
export function labelSelector(text: string): Selector {
  const requirements = new Parser(tokensOf(text)).requirements();
  return (object) => {
    const labels = field(object, 'metadata', 'labels');
    return requirements.every((requirement) => holds(requirement, stringField(labels, requirement.key)));
  };
}

function holds({ operator, values }: Requirement, label: string | undefined): boolean {
  switch (operator) {
    case '!':
      return label === undefined;
    case 'exists':
      return label !== undefined;
    case '!=':
    case 'notin':
      return label === undefined || !values.includes(label);
    case '>':
    case '<':
      return (
        isInteger(label) && (operator === '>' ? BigInt(label) > BigInt(values[0]!) : BigInt(label) < BigInt(values[0]!))
      );
    default:
      return label !== undefined && values.includes(label);
  }
}

function isInteger(text: string | undefined): text is string {
  return text !== undefined && /^[+-]?\d+$/.test(text) && !text.startsWith('+');
}

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  for (const [word] of text.matchAll(/[=!(),<>]+|[^\s=!(),<>]+/g)) {
    if (!/^[=!(),<>]/.test(word)) tokens.push({ type: word === 'in' || word === 'notin' ? word : 'name', text: word });
    else tokens.push(...signsOf(word));
  }
  tokens.push({ type: 'end', text: '' });
  return tokens;
}

/** The operators in a run of signs, the longest first. */
function signsOf(run: string): Token[] {
  const signs = run.match(/==|!=|[=!(),<>]/g) ?? [];
  return signs.map((sign) => ({ type: sign as TokenType, text: sign }));
}

class Parser {
  private at = 0;

  constructor(private readonly tokens: readonly Token[]) {}

  requirements(): Requirement[] {
    const requirements: Requirement[] = [];
    for (;;) {
      const { type, text } = this.ahead();
      if (type === 'end') return requirements;
      if (type !== 'name' && type !== '!')
        throw malformed(`found '${text}', expected: !, identifier, or 'end of string'`);
      requirements.push(this.requirement());
      const next = this.take();
      if (next.type === 'end') return requirements;
      if (next.type !== ',') throw malformed(`found '${next.text}', expected: ',' or 'end of string'`);
      const after = this.ahead();
      if (after.type !== 'name' && after.type !== '!') {
        throw malformed(`found '${after.text}', expected: identifier after ','`);
      }
    }
  }

  private requirement(): Requirement {
    const isNegated = this.ahead().type === '!';
    if (isNegated) this.take();
    const { type, text: key } = this.take();
    if (type !== 'name') throw unparsed(`found '${key}', expected: identifier`);
    requireKey(key);
    const { type: next } = this.ahead();
    if (next === 'end' || next === ',') return { key, operator: isNegated ? '!' : 'exists', values: [] };
    const operator = this.tokens[this.at++]!;
    if (!BINARY.includes(operator.type)) throw unparsed(`found '${operator.text}', expected: ${BINARY_NAMES}`);
    const isSet = operator.type === 'in' || operator.type === 'notin';
    const values = isSet ? this.values() : [this.value()];
    requireValues(key, operator.type, values);
    return { key, operator: operator.type as Operator, values };
  }

  /** `(a,b)`; an empty place is the empty value. */
  private values(): string[] {
    const open = this.take();
    if (open.type !== '(') throw unparsed(`found '${open.text}' expected: '('`);
    const first = this.ahead();
    const values: string[] = [];
    let isPlaceOpen = true;
    for (;;) {
      const { type, text } = this.take();
      if (type === 'name' && isPlaceOpen) {
        values.push(text);
        isPlaceOpen = false;
      } else if (type === ',') {
        if (isPlaceOpen) values.push('');
        isPlaceOpen = true;
      } else if (type === ')') {
        if (isPlaceOpen) values.push('');
        return [...new Set(values)].sort();
      } else if (values.length === 0 && first.text === text) {
        throw unparsed(`found '${text}', expected: ',', ')' or identifier`);
      } else {
        throw unparsed(`found '${text}', expected: ${isPlaceOpen ? "',', or identifier" : "',' or ')'"}`);
      }
    }
  }

  private value(): string {
    const { type } = this.ahead();
    if (type === 'end' || type === ',') return '';
    const { text } = this.take();
    if (type !== 'name') throw unparsed(`found '${text}', expected: identifier`);
    return text;
  }

  /** The next token; the words `in` and `notin` are names but where an operator is due. */
  private ahead(): Token {
    const token = this.tokens[this.at] ?? { type: 'end' as const, text: '' };
    return token.type === 'in' || token.type === 'notin' ? { type: 'name', text: token.text } : token;
  }

  private take(): Token {
    const token = this.ahead();
    this.at++;
    return token;
  }
}

const NAME_RULE =
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const VALUE_RULE =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
const DOMAIN_RULE =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

/** A label's key: a name of at most 63 characters, behind a DNS name and a slash or not. */
function requireKey(key: string): void {
  const [name = '', prefix, ...more] = key.split('/').reverse();
  const problems: string[] = [];
  if (more.length > 0) {
    problems.push(
      `a valid label key ${NAME_RULE} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
    );
  } else {
    if (prefix === '') problems.push('prefix part must be non-empty');
    else if (prefix !== undefined) problems.push(...domainProblems(prefix).map((each) => `prefix part ${each}`));
    if (name === '') problems.push('name part must be non-empty');
    else if (name.length > 63) problems.push('name part must be no more than 63 bytes');
    if (!/^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/.test(name)) problems.push(`name part ${NAME_RULE}`);
  }
  if (problems.length > 0) throw unparsed(`<nil>: Invalid value: ${JSON.stringify(key)}: ${problems.join('; ')}`);
}

function domainProblems(prefix: string): string[] {
  const problems = prefix.length > 253 ? ['must be no more than 253 bytes'] : [];
  const isDomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/.test(prefix);
  return isDomain ? problems : [...problems, DOMAIN_RULE];
}

function requireValues(key: string, operator: TokenType, values: readonly string[]): void {
  const problems = values.flatMap((value, at) => {
    const isCompared = (operator === '<' || operator === '>') && !isInteger(value);
    const rules = [
      ...(isCompared
        ? [
            `values[${at}]: Invalid value: ${JSON.stringify(value)}: for 'Gt', 'Lt' operators, the value must be an integer`,
          ]
        : []),
    ];
    const wrong = valueProblems(value).join('; ');
    if (wrong) rules.push(`values[${at}][${key}]: Invalid value: ${JSON.stringify(value)}: ${wrong}`);
    return rules;
  });
  if (problems.length > 0) throw unparsed(problems.length === 1 ? problems[0]! : `[${problems.join(', ')}]`);
}

function valueProblems(value: string): string[] {
  const problems = value.length > 63 ? ['must be no more than 63 bytes'] : [];
  return /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/.test(value) ? problems : [...problems, VALUE_RULE];
}

/** Within a requirement. */
function unparsed(problem: string): Failure {
  return malformed(`unable to parse requirement: ${problem}`);
}

function malformed(message: string): Failure {
  return new Failure(message, { hint: 'a selector looks like app=web,tier!=db,env in (a,b),track,!canary' });
}
