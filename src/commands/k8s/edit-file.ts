/** A text that somebody edits, as often as it takes to be valid. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ExitCode, Failure } from '../../base/errors.js';
import { onEndingSignal } from '../../base/files/clean-up.js';
import { writeFileWhole } from '../../base/files/part-file.js';
import { absolutePath } from '../../base/program-path.js';
import { end } from '../../base/signals.js';
import type { Fields } from '../../k8s-decode/index.js';
import type { CommandContext } from '../command.js';

/** What ends the process, also while an editor runs. */
const ENDING = ['SIGTERM', 'SIGHUP'] as const;

/** The file in which it is edited, in a folder that only its owner can look into. */
export class EditFile {
  readonly path = join(mkdtempSync(join(tmpdir(), 'ketcdctl-edit-')), 'object.yaml');
  /** A signal that ends the process takes the file away: there may be a secret in it. */
  private unheard = onEndingSignal(() => this.remove());

  constructor(
    /** Without comments. */
    readonly text: string,
    private readonly heading: string[],
  ) {
    try {
      this.write(text);
    } catch (error) {
      this.remove();
      throw error;
    }
  }

  /** @param problem what was wrong with the text, for its head */
  write(text: string, problem?: string): void {
    const lines = problem === undefined ? this.heading : [...this.heading, '', ...`Not valid: ${problem}`.split('\n')];
    const head = lines.map((line) => `#${line && ` ${line}`}\n`).join('');
    writeFileWhole(this.path, `${head}#\n${text}`);
  }

  /** Whether there is nothing in it that somebody has written. */
  isUntouched(): boolean {
    return !existsSync(this.path) || this.read().text === this.text;
  }

  /** What is in the file, without the comments in front, and the number of its first line. */
  read(): { text: string; firstLine: number } {
    const whole = readFileSync(this.path, 'utf8');
    const comments = /^(?:[ \t]*(?:#.*)?(?:\r?\n|$))*/.exec(whole)![0];
    return { text: whole.slice(comments.length), firstLine: comments.split('\n').length };
  }

  /** While an editor runs, Ctrl-C is for the editor; other signals end it, too. */
  async edited(child: ChildProcess): Promise<number | string> {
    this.unheard();
    const stay = () => {};
    const end = (name: NodeJS.Signals) => {
      child.kill(name);
      this.remove();
      for (const each of ENDING) process.off(each, end);
      process.kill(process.pid, name);
    };
    process.on('SIGINT', stay);
    for (const name of ENDING) process.on(name, end);
    try {
      return await new Promise<number | string>((resolve, reject) => {
        child.once('error', reject);
        child.once('exit', (code, signal) => resolve(code ?? signal ?? 1));
      });
    } finally {
      process.off('SIGINT', stay);
      for (const name of ENDING) process.off(name, end);
      this.unheard = onEndingSignal(() => this.remove());
    }
  }

  /** Where the text stays, for the user to go on with. */
  kept(): string {
    this.unheard();
    return `the edited text is kept in ${this.path}`;
  }

  remove(): void {
    this.unheard();
    rmSync(dirname(this.path), { recursive: true, force: true });
  }
}

/** What came of an edit: the texts before and after, and the bytes that the new one means. */
export interface Edited {
  before: string;
  after: string;
  value: Buffer;
}

/**
 * Opens the editor until what is saved can be stored; undefined when nothing was changed.
 * @param encode gives the bytes for what was saved, or throws a Failure that is shown to the user
 * @throws Failure when an invalid text is saved again as it was, or an empty one
 */
export async function editUntilValid(
  context: CommandContext,
  file: EditFile,
  encode: (object: Fields) => Promise<Buffer>,
): Promise<Edited | undefined> {
  let last = file.text;
  for (let problem: string | undefined; ; ) {
    await runEditor(context, file);
    const { text: after, firstLine } = file.read();
    if (after === last) {
      if (problem === undefined) return undefined;
      throw new Failure(`Edit cancelled, no valid changes were saved: ${problem}`, { hint: file.kept() });
    }
    if (after.trim() === '') {
      file.remove();
      throw new Failure('Edit cancelled, saved file was empty.');
    }
    try {
      return { before: file.text, after, value: await encode(await oneDocument(after, firstLine)) };
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      problem = error.message;
      last = after;
      await context.stderr.write(`not valid: ${problem}\n`);
      file.write(after, problem);
    }
  }
}

async function oneDocument(text: string, firstLine: number): Promise<Fields> {
  const { parseYaml } = await import('../../k8s-decode/yaml/read.js');
  const [object, ...more] = parseYaml(text, firstLine);
  if (object instanceof Map && more.length === 0) return object;
  throw new Failure(more.length > 0 ? 'there is more than one document' : 'the text is no object');
}

/** What a shell gives where SIGINT ended the program. */
const INTERRUPTED = 130;

/**
 * Runs the user's editor, a command line of the shell as in kubectl, on the terminal. What has no path is looked for in the absolute
 * directories of PATH alone.
 */
async function runEditor(context: CommandContext, file: EditFile): Promise<void> {
  const { env, stdout } = context;
  const editor = env.KUBE_EDITOR || env.EDITOR;
  if (!editor && !context.stdin.isTTY) {
    throw new Failure('no editor: there is no terminal, and neither KUBE_EDITOR nor EDITOR is set', {
      exitCode: ExitCode.BadArgs,
    });
  }
  await stdout.flush();
  const { path } = file;
  const child = spawn('/bin/sh', ['-c', `${editor || 'vi'} "$0"`, path], {
    stdio: 'inherit',
    env: { ...env, PATH: absolutePath(env.PATH ?? '') },
  });
  const status = await file.edited(child);
  if (status === 0) return;
  const isUntouched = file.isUntouched();
  // There may be a secret in it.
  if (isUntouched) file.remove();
  else file.kept();
  if (status === 'SIGINT' || status === INTERRUPTED) await end('SIGINT');
  throw new Failure(
    `the editor ${JSON.stringify(editor || 'vi')} failed (${status}): nothing was written`,
    isUntouched ? {} : { hint: `the text is in ${path}` },
  );
}
