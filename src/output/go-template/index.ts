/** Templates of Go's text/template over decoded objects. */
import { Failure } from '../../base/errors.js';
import { type Data, isTrue, Struct, typeName } from './data.js';
import { printed, sortedEntries } from './format.js';
import { callFunction } from './functions.js';
import { lineOf, templateFailure } from './lex.js';
import type { Node, Operand, Pipeline } from './nodes.js';
import { parse } from './parse.js';

export { type Data, Struct } from './data.js';

/** A template that was read. */
export class Template {
  private readonly nodes: Node[];

  /**
   * @param name for errors
   * @throws Failure `template: NAME:LINE: …`
   */
  constructor(
    private readonly name: string,
    private readonly source: string,
  ) {
    this.nodes = parse(name, source);
  }

  /** @throws Failure that names the place in the template */
  render(data: Data): string {
    const run = new Run(this.name, this.source, data);
    run.list(this.nodes, data);
    return run.text;
  }
}

type Control = Extract<Node, { pipeline: Pipeline; body: Node[] }>;

type Jump = 'break' | 'continue' | undefined;

function isJump(node: Node): node is Extract<Node, { type: 'break' | 'continue' }> {
  return node.type === 'break' || node.type === 'continue';
}

interface Variable {
  name: string;
  value: Data;
}

class Run {
  text = '';
  private readonly variables: Variable[];

  constructor(
    private readonly name: string,
    private readonly source: string,
    data: Data,
  ) {
    this.variables = [{ name: '$', value: data }];
  }

  list(nodes: readonly Node[], dot: Data): Jump {
    for (const node of nodes) {
      if (node.type === 'text') this.text += node.text;
      else if (isJump(node)) return node.type;
      else if (node.type === 'print') this.print(node.pipeline, dot);
      else {
        const known = this.variables.length;
        const jump = this.control(node, dot);
        this.variables.length = known;
        if (jump) return jump;
      }
    }
    return undefined;
  }

  private print(pipeline: Pipeline, dot: Data): void {
    const value = this.declared(pipeline, dot);
    if (pipeline.variables.length === 0) this.text += printed(value);
  }

  private control(node: Control, dot: Data): Jump {
    if (node.type === 'range') return this.range(node, dot);
    const value = this.declared(node.pipeline, dot);
    if (isTrue(value)) return this.list(node.body, node.type === 'with' ? value : dot);
    return node.otherwise && this.list(node.otherwise, dot);
  }

  private range(node: Control, dot: Data): Jump {
    const { pipeline, body, otherwise } = node;
    const items = this.items(this.value(pipeline, dot), pipeline);
    if (items.length === 0) return otherwise && this.list(otherwise, dot);
    const known = this.variables.length;
    for (const [key, item] of items) {
      this.variables.length = known;
      this.loopVariables(pipeline, key, item);
      if (this.list(body, item) === 'break') break;
    }
    return undefined;
  }

  private loopVariables({ variables, assigns }: Pipeline, key: Data, item: Data): void {
    const values = variables.length === 2 ? [key, item] : [item];
    for (const [index, name] of variables.entries()) this.set(name, values[index]!, assigns);
  }

  /** What a range goes over; a number counts from 0. */
  private items(value: Data, pipeline: Pipeline): [Data, Data][] {
    if (value === null) return [];
    if (value instanceof Map) return sortedEntries(value);
    if (Array.isArray(value)) return value.map((item, index) => [index, item]);
    if (typeof value === 'number' && Number.isInteger(value) && value <= MAX_COUNT) {
      return Array.from({ length: Math.max(value, 0) }, (_, index) => [index, index]);
    }
    throw this.failure(pipeline.commands[0]![0]!, `range can't iterate over ${printed(value).slice(0, 100)}`);
  }

  /** A pipeline's value, which its variable has then. */
  private declared(pipeline: Pipeline, dot: Data): Data {
    const value = this.value(pipeline, dot);
    const [name] = pipeline.variables;
    if (name !== undefined) this.set(name, value, pipeline.assigns);
    return value;
  }

  private set(name: string, value: Data, assigns: boolean): void {
    const known = assigns ? this.variables.findLast((variable) => variable.name === name) : undefined;
    if (known) known.value = value;
    else this.variables.push({ name, value });
  }

  private value({ commands }: Pipeline, dot: Data): Data {
    let value: Data | undefined;
    for (const command of commands) value = this.command(command, dot, value);
    return value ?? null;
  }

  /** @param piped what the command before gave: the last argument */
  private command([first, ...rest]: Operand[], dot: Data, piped: Data | undefined): Data {
    if (first!.type !== 'function') return this.operand(first!, dot);
    const { name } = first!;
    if (name === 'and' || name === 'or') return this.logic(first!, rest, dot, piped);
    const args = rest.map((operand) => this.operand(operand, dot));
    if (piped !== undefined) args.push(piped);
    try {
      return callFunction(name, args);
    } catch (error) {
      throw this.placed(first!, error, `error calling ${name}: `);
    }
  }

  /** The first argument that decides, or the last. */
  private logic(call: Operand & { type: 'function' }, rest: Operand[], dot: Data, piped: Data | undefined): Data {
    const isAnd = call.name === 'and';
    let value: Data | undefined;
    for (const operand of rest) {
      value = this.operand(operand, dot);
      if (isTrue(value) !== isAnd) return value;
    }
    value = piped === undefined ? value : piped;
    if (value === undefined) throw this.failure(call, `wrong number of args for ${call.name}: want at least 1 got 0`);
    return value;
  }

  private operand(operand: Operand, dot: Data): Data {
    switch (operand.type) {
      case 'dot':
        return dot;
      case 'nil':
        return null;
      case 'constant':
        return operand.value;
      case 'field':
        return this.fields(operand, dot, operand.names);
      case 'variable':
        return this.fields(operand, this.variable(operand.name), operand.names);
      case 'pipeline':
        return this.fields(operand, this.inner(operand.pipeline, dot), operand.names);
      case 'function':
        return this.command([operand], dot, undefined);
    }
  }

  private inner(pipeline: Pipeline, dot: Data): Data {
    return this.declared(pipeline, dot);
  }

  private variable(name: string): Data {
    return this.variables.findLast((variable) => variable.name === name)?.value ?? null;
  }

  private fields(operand: Operand, value: Data, names: readonly string[]): Data {
    let here = value;
    for (const name of names) here = this.field(operand, here, name);
    return here;
  }

  private field(operand: Operand, value: Data, name: string): Data {
    if (value instanceof Map) return value.get(name) ?? null;
    if (value === null) return null;
    const found = value instanceof Struct ? this.structField(operand, value, name) : undefined;
    if (found !== undefined) return found;
    throw this.failure(operand, `can't evaluate field ${name} in type ${typeName(value)}`);
  }

  private structField(operand: Operand, struct: Struct, name: string): Data | undefined {
    try {
      return struct.field(name);
    } catch (error) {
      throw this.placed(operand, error, '');
    }
  }

  private placed(operand: Operand, error: unknown, prefix: string): unknown {
    return error instanceof Failure ? this.failure(operand, prefix + error.message) : error;
  }

  private failure({ at, text }: Operand, reason: string): Failure {
    const line = lineOf(this.source, at);
    const column = at - (this.source.lastIndexOf('\n', at - 1) + 1);
    return templateFailure(this.name, `${line}:${column}`, `executing "${this.name}" at <${text}>: ${reason}`);
  }
}

/** A range over a number goes no further: it would be a slip. */
const MAX_COUNT = 1_000_000;
