// The Bun that executables are made of: fetched by npm once, checked against the hashes in targets.json, kept in build/bun.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { root } from './source.mjs';

const { bun: version, targets } = JSON.parse(readFileSync(new URL('targets.json', import.meta.url), 'utf8'));
const folder = join(root, 'build', 'bun', version);

export const TARGETS = targets;
export const BUN_VERSION = version;

/** The target that this machine runs. */
export function hostTarget() {
  const isMusl = !process.report.getReport().header.glibcVersionRuntime;
  return `linux-${process.arch}${isMusl ? '-musl' : ''}`;
}

/** The path of a target's Bun. */
export function bunFor(target) {
  const program = join(folder, target, 'bun');
  if (!existsSync(program)) fetch(target, program);
  return program;
}

/**
 * The path of a target's Bun without the variables that Bun listens to: an executable would take options (`BUN_OPTIONS=--preload=…` runs
 * any file) or be Bun itself (`BUN_BE_BUN=1`). Their names are strings in the program, each ended by a zero byte; they are overwritten
 * with zeros, and no variable's name is empty.
 */
export function deafBunFor(target) {
  const program = join(folder, target, 'deaf-bun');
  if (existsSync(program)) return program;
  const text = readFileSync(bunFor(target), 'latin1');
  const names = [...text.matchAll(/(?<=\0)BUN_[A-Z_]+(?=\0)/g)];
  for (const wanted of ['BUN_OPTIONS', 'BUN_BE_BUN', 'BUN_INSPECT']) {
    if (!names.some(([name]) => name === wanted)) throw new Error(`${target}: Bun ${version} has no string ${wanted}`);
  }
  const bytes = Buffer.from(text, 'latin1');
  for (const { index, 0: name } of names) bytes.fill(0, index, index + name.length);
  write(program, bytes);
  return program;
}

function fetch(target, program) {
  const { package: name, integrity } = targets[target];
  const packed = join(folder, `${target}.part`);
  rmSync(packed, { recursive: true, force: true });
  mkdirSync(packed, { recursive: true });
  execFileSync('npm', ['pack', '--silent', `${name}@${version}`, '--pack-destination', packed], { cwd: root });
  const [archive] = readdirSync(packed);
  const found = `sha512-${createHash('sha512')
    .update(readFileSync(join(packed, archive)))
    .digest('base64')}`;
  if (found !== integrity) throw new Error(`${name}@${version} has the hash ${found}, not ${integrity}`);
  execFileSync('tar', ['-xzf', archive, 'package/bin/bun'], { cwd: packed });
  write(program, readFileSync(join(packed, 'package/bin/bun')));
  rmSync(packed, { recursive: true });
}

/** An executable file that appears whole. */
function write(path, bytes) {
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(`${path}.part`, bytes);
  chmodSync(`${path}.part`, 0o755);
  renameSync(`${path}.part`, path);
}
