// node until.mjs COUNT MARK PROGRAM ARGS…: runs a program that does not end by itself, until MARK was COUNT times in its output.
import { spawn } from 'node:child_process';

const [count, mark, program, ...args] = process.argv.slice(2);
const wanted = Number(count);
const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
let seen = 0;
let rest = Buffer.alloc(0);
child.stdout.on('data', (chunk) => {
  const text = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
  let from = 0;
  for (let at = text.indexOf(mark); at >= 0; at = text.indexOf(mark, from)) {
    seen += 1;
    from = at + mark.length;
  }
  // A mark may be cut in two.
  rest = text.subarray(Math.max(from, text.length - mark.length + 1));
  if (seen >= wanted) child.kill('SIGKILL');
});
child.on('close', () => process.exit(seen === wanted ? 0 : 1));
