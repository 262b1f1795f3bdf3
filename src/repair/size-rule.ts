/**
 * Rules on the size of a database, in the language of etcd-defrag: `dbQuotaUsage > 0.8 || dbSizeFree > 200*1024*1024`.
 *
 *     rule       = and {"||" and}
 *     and        = comparison {"&&" comparison}
 *     comparison = sum [("==" | "!=" | "<" | ">" | "<=" | ">=") sum]
 *     sum        = product {("+" | "-") product}
 *     product    = unary {("*" | "/" | "%") unary}
 *     unary      = {"!" | "-"} (number | variable | "true" | "false" | "(" rule ")")
 *
 * All numbers are fractions: 80/100 is 0.8, as it is there where a variable takes part.
 */
import { badArguments, type Failure } from '../base/errors.js';

/** What a rule is about, in bytes. */
export interface Sizes {
  dbSize: number;
  dbSizeInUse: number;
  dbQuota: number;
}

export type SizeRule = (sizes: Sizes) => boolean;

const VARIABLES: Readonly<Record<string, (sizes: Sizes) => number>> = {
  dbSize: ({ dbSize }) => dbSize,
  dbSizeInUse: ({ dbSizeInUse }) => dbSizeInUse,
  dbSizeFree: ({ dbSize, dbSizeInUse }) => dbSize - dbSizeInUse,
  dbQuota: ({ dbQuota }) => dbQuota,
  dbQuotaUsage: ({ dbSize, dbQuota }) => dbSize / dbQuota,
};

/** @throws Failure that names the place where the text is no rule */
export function parseSizeRule(text: string): SizeRule {
  return new Parser(text).rule();
}

type Expression =
  | { type: 'number'; value: (sizes: Sizes) => number }
  | { type: 'boolean'; value: (sizes: Sizes) => boolean };
type ValueOf<Type extends Expression['type']> = Extract<Expression, { type: Type }>['value'];

const WORD = /\s*(?:(\d+(?:\.\d*)?(?:e[+-]?\d+)?|\.\d+)|([A-Za-z_]\w*)|(&&|\|\||[=!<>]=|[-+*/%!<>()]))|\s*(\S)/gy;
/** How deep parentheses and signs may be nested: the parser is recursive, and the rule comes from outside. */
const DEEPEST = 100;

interface Word {
  text: string;
  at: number;
}

class Parser {
  private readonly words: Word[] = [];
  private next = 0;
  private depth = 0;

  constructor(private readonly text: string) {
    for (const match of text.matchAll(WORD)) {
      const word = { text: match[0].trim(), at: match.index + match[0].length - match[0].trim().length };
      if (match[4] !== undefined) throw this.problem(`${JSON.stringify(word.text)} is no operator`, word);
      this.words.push(word);
    }
  }

  rule(): SizeRule {
    const rule = this.booleanOf(this.either());
    const word = this.words[this.next];
    if (word !== undefined) throw this.problem(`${word.text} is not expected`, word);
    return rule;
  }

  private either(): Expression {
    return this.chain(['||'], () => this.both());
  }

  private both(): Expression {
    return this.chain(['&&'], () => this.comparison());
  }

  /** Terms that a logical operator joins. */
  private chain(operators: string[], term: () => Expression): Expression {
    let left = term();
    while (this.take(...operators)) {
      const [one, other] = [this.booleanOf(left), this.booleanOf(term())];
      const isAnd = operators[0] === '&&';
      left = {
        type: 'boolean',
        value: isAnd ? (sizes) => one(sizes) && other(sizes) : (sizes) => one(sizes) || other(sizes),
      };
    }
    return left;
  }

  private comparison(): Expression {
    const left = this.sum();
    const operator = this.take(...Object.keys(COMPARISONS));
    if (operator === undefined) return left;
    const right = this.sum();
    if (left.type !== right.type) throw this.problem(`${operator} compares a number with a condition`);
    const compare = COMPARISONS[operator]!;
    if (left.type === 'boolean' && !/[!=]=/.test(operator)) throw this.problem(`${operator} compares numbers only`);
    return { type: 'boolean', value: (sizes) => compare(Number(left.value(sizes)), Number(right.value(sizes))) };
  }

  private sum(): Expression {
    return this.arithmetic(['+', '-'], () => this.product());
  }

  private product(): Expression {
    return this.arithmetic(['*', '/', '%'], () => this.unary());
  }

  private arithmetic(operators: string[], term: () => Expression): Expression {
    let left = term();
    for (let operator = this.take(...operators); operator !== undefined; operator = this.take(...operators)) {
      const [one, other, compute] = [this.numberOf(left), this.numberOf(term()), ARITHMETIC[operator]!];
      left = { type: 'number', value: (sizes) => compute(one(sizes), other(sizes)) };
    }
    return left;
  }

  private unary(): Expression {
    if (++this.depth > DEEPEST) throw this.problem('it is nested too deep');
    try {
      const operator = this.take('!', '-');
      if (operator === '!') {
        const value = this.booleanOf(this.unary());
        return { type: 'boolean', value: (sizes) => !value(sizes) };
      }
      if (operator === '-') {
        const value = this.numberOf(this.unary());
        return { type: 'number', value: (sizes) => -value(sizes) };
      }
      return this.operand();
    } finally {
      this.depth--;
    }
  }

  private operand(): Expression {
    if (this.take('(')) {
      const inner = this.either();
      if (!this.take(')')) throw this.problem('a parenthesis is not closed');
      return inner;
    }
    const word = this.words[this.next++];
    if (word === undefined) throw this.problem('it ends too early');
    if (word.text === 'true' || word.text === 'false') return { type: 'boolean', value: () => word.text === 'true' };
    if (/^[\d.]/.test(word.text)) return { type: 'number', value: () => Number(word.text) };
    const variable = Object.hasOwn(VARIABLES, word.text) ? VARIABLES[word.text] : undefined;
    if (variable) return { type: 'number', value: variable };
    const problem = /^\w/.test(word.text) ? `there is no variable ${word.text}` : `${word.text} is not expected`;
    throw this.problem(problem, word);
  }

  private take(...texts: string[]): string | undefined {
    const text = this.words[this.next]?.text;
    if (text === undefined || !texts.includes(text)) return undefined;
    this.next++;
    return text;
  }

  private numberOf(expression: Expression): ValueOf<'number'> {
    if (expression.type === 'number') return expression.value;
    throw this.problem('a number is expected, not a condition');
  }

  private booleanOf(expression: Expression): ValueOf<'boolean'> {
    if (expression.type === 'boolean') return expression.value;
    throw this.problem('a condition is expected, not a number');
  }

  private problem(text: string, word = this.words[Math.max(0, this.next - 1)]): Failure {
    const place = word === undefined ? '' : ` at character ${word.at + 1}`;
    return badArguments(
      `the rule ${JSON.stringify(this.text)} is not valid${place}: ${text}`,
      `it is made of ${Object.keys(VARIABLES).join(', ')}, numbers, + - * / %, == != < > <= >=, && || ! and parentheses`,
    );
  }
}

const COMPARISONS: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '<': (a, b) => a < b,
  '>': (a, b) => a > b,
  '<=': (a, b) => a <= b,
  '>=': (a, b) => a >= b,
};

const ARITHMETIC: Readonly<Record<string, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '%': (a, b) => a % b,
};
