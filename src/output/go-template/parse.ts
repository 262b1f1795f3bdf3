/** Reads a template of Go's text/template. Definitions of further templates (define, template, block) are not supported. */
import type { Failure } from '../../base/errors.js';
import { FUNCTION_NAMES } from './functions.js';
import { lex, lineOf, type Token, templateFailure } from './lex.js';
import type { Node, Operand, Pipeline } from './nodes.js';

/** Deeper nesting is refused. */
const MAX_DEPTH = 200;

type Keyword = 'end' | 'else';

/** What ended a list of nodes. */
interface Ending {
  keyword: Keyword | 'eof';
  at: number;
}

/** @throws Failure that begins with `template: NAME:LINE: ` */
export function parse(name: string, source: string): Node[] {
  return new Parser(name, source).template();
}

class Parser {
  private readonly tokens: Token[];
  private at = 0;
  private depth = 0;
  private loops = 0;
  private readonly variables = ['$'];

  constructor(
    private readonly name: string,
    private readonly source: string,
  ) {
    this.tokens = lex(name, source);
  }

  template(): Node[] {
    const { nodes, ending } = this.list();
    if (ending.keyword !== 'eof') throw this.failure(ending.at, `unexpected {{${ending.keyword}}}`);
    return nodes;
  }

  /** Nodes up to an `{{end}}`, an `{{else` (which is left before what follows it) or the end. */
  private list(): { nodes: Node[]; ending: Ending } {
    const nodes: Node[] = [];
    if (++this.depth > MAX_DEPTH) throw this.failure(this.source.length, `nested more than ${MAX_DEPTH} levels deep`);
    for (;;) {
      const token = this.tokens[this.at++];
      if (token === undefined || token.type === 'text') {
        if (token !== undefined) nodes.push({ type: 'text', text: token.text });
        else return this.ended(nodes, { keyword: 'eof', at: this.source.length });
        continue;
      }
      this.skipSpace();
      const word = this.tokens[this.at];
      const keyword = word?.type === 'word' ? word.text : '';
      if (keyword === 'end' || keyword === 'else') {
        this.at++;
        if (keyword === 'end') this.close();
        return this.ended(nodes, { keyword, at: word!.at });
      }
      nodes.push(this.action(keyword, token.at));
    }
  }

  private ended(nodes: Node[], ending: Ending): { nodes: Node[]; ending: Ending } {
    this.depth--;
    return { nodes, ending };
  }

  private action(keyword: string, at: number): Node {
    switch (keyword) {
      case 'if':
      case 'with':
      case 'range':
        this.at++;
        return this.control(keyword, at);
      case 'break':
      case 'continue':
        this.at++;
        this.close();
        if (this.loops === 0) throw this.failure(at, `{{${keyword}}} outside {{range}}`);
        return { type: keyword };
      case 'define':
      case 'template':
      case 'block':
        throw this.failure(at, `{{${keyword}}} is not supported: write what it stands for in its place`);
      default:
        return { type: 'print', pipeline: this.pipeline('close', false) };
    }
  }

  private control(type: 'if' | 'with' | 'range', at: number): Node {
    const known = this.variables.length;
    const pipeline = this.pipeline('close', type === 'range');
    if (type === 'range') this.loops++;
    const { nodes: body, ending } = this.list();
    if (type === 'range') this.loops--;
    const otherwise = ending.keyword === 'else' ? this.otherwise(type, ending.at) : undefined;
    this.variables.length = known;
    if (ending.keyword === 'eof')
      throw this.failure(ending.at, `unexpected EOF: {{${type}}} of line ${lineOf(this.source, at)} has no {{end}}`);
    return { type, pipeline, body, otherwise };
  }

  /** `{{else}}…{{end}}`, or `{{else if …}}`, which ends with the same `{{end}}`. */
  private otherwise(type: 'if' | 'with' | 'range', at: number): Node[] {
    this.skipSpace();
    const word = this.tokens[this.at];
    if (type !== 'range' && word?.type === 'word' && word.text === type) {
      this.at++;
      return [this.control(type, at)];
    }
    this.close();
    const { nodes, ending } = this.list();
    if (ending.keyword === 'end') return nodes;
    throw this.failure(ending.at, ending.keyword === 'else' ? 'unexpected {{else}}' : 'unexpected EOF');
  }

  private close(): void {
    this.skipSpace();
    const token = this.tokens[this.at++];
    if (token?.type !== 'close') throw this.unexpected(token, 'in end of action');
  }

  private pipeline(end: 'close' | ')', isRange: boolean): Pipeline {
    if (++this.depth > MAX_DEPTH) throw this.failure(this.source.length, `nested more than ${MAX_DEPTH} levels deep`);
    const { variables, assigns } = this.declaration(isRange);
    const commands: Operand[][] = [];
    let operands: Operand[] = [];
    for (;;) {
      this.skipSpace();
      const token = this.tokens[this.at++];
      if (token?.type !== '|' && token?.type !== end) {
        operands.push(this.operand(token));
        continue;
      }
      if (operands.length === 0) throw this.failure(token.at, 'missing value for command');
      commands.push(operands);
      operands = [];
      if (token.type === end) break;
    }
    this.requireCallable(commands);
    this.depth--;
    if (!assigns) this.variables.push(...variables);
    return { variables, assigns, commands };
  }

  /** `$a :=`, `$a =` or, before a range, `$a, $b :=`; nothing is read where there is none. */
  private declaration(isRange: boolean): Pick<Pipeline, 'variables' | 'assigns'> {
    const start = this.at;
    const variables: string[] = [];
    for (;;) {
      this.skipSpace();
      const token = this.tokens[this.at++];
      if (token?.type !== 'variable') break;
      variables.push(token.text);
      this.skipSpace();
      const next = this.tokens[this.at++];
      if (next?.type === ',' && isRange && variables.length < 2) continue;
      if (next?.type === ':=' || next?.type === '=') {
        if (next.type === '=') for (const name of variables) this.requireVariable(name, token.at);
        return { variables, assigns: next.type === '=' };
      }
      break;
    }
    this.at = start;
    return { variables: [], assigns: false };
  }

  private operand(token: Token | undefined): Operand {
    const operand = this.simpleOperand(token);
    const names: string[] = [];
    for (let next = this.tokens[this.at]; next?.type === 'field'; next = this.tokens[this.at]) {
      names.push(next.text);
      this.at++;
    }
    if (names.length === 0) return operand;
    operand.text += names.map((name) => `.${name}`).join('');
    if ('names' in operand) operand.names.push(...names);
    else throw this.failure(operand.at, `unexpected . after term ${JSON.stringify(operand.text)}`);
    return operand;
  }

  private simpleOperand(token: Token | undefined): Operand {
    const at = token?.at ?? this.source.length;
    switch (token?.type) {
      case 'dot':
        return { type: 'dot', text: '.', at };
      case 'field':
        return { type: 'field', names: [token.text], text: `.${token.text}`, at };
      case 'variable':
        this.requireVariable(token.text, at);
        return { type: 'variable', name: token.text, names: [], text: token.text, at };
      case 'string':
      case 'number':
        return { type: 'constant', value: token.value, text: token.text, at };
      case '(':
        return { type: 'pipeline', pipeline: this.pipeline(')', false), names: [], text: '(…)', at };
      case 'word':
        return this.word(token.text, at);
      default:
        throw this.unexpected(token, 'in operand');
    }
  }

  private word(text: string, at: number): Operand {
    if (text === 'nil') return { type: 'nil', text, at };
    if (text === 'true' || text === 'false') return { type: 'constant', value: text === 'true', text, at };
    if (FUNCTION_NAMES.has(text)) return { type: 'function', name: text, text, at };
    throw this.failure(at, `function ${JSON.stringify(text)} not defined`);
  }

  /** Only what is called can have arguments, and what comes through a pipe is one. */
  private requireCallable(commands: Operand[][]): void {
    for (const [index, [first, ...rest]] of commands.entries()) {
      if (first!.type === 'function' || (rest.length === 0 && index === 0)) continue;
      if (rest.length === 0) throw this.failure(first!.at, `non executable command in pipeline stage ${index + 1}`);
      throw this.failure(first!.at, `can't give argument to non-function ${first!.text}`);
    }
  }

  private requireVariable(name: string, at: number): void {
    if (!this.variables.includes(name)) throw this.failure(at, `undefined variable ${JSON.stringify(name)}`);
  }

  private skipSpace(): void {
    if (this.tokens[this.at]?.type === 'space') this.at++;
  }

  private unexpected(token: Token | undefined, where: string): Failure {
    if (token === undefined) return this.failure(this.source.length, `unexpected EOF ${where}`);
    return this.failure(token.at, `unexpected ${JSON.stringify(token.text)} ${where}`);
  }

  private failure(at: number, reason: string): Failure {
    return templateFailure(this.name, String(lineOf(this.source, at)), reason);
  }
}
