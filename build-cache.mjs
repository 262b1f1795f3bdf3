// Writes the code caches of the packs, which bin/boot.js tells of: has one `get` of a Kubernetes object run against a server that knows
// one answer, so that what a get needs is compiled, and keeps the code.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import http2 from 'node:http2';
import { join } from 'node:path';

const root = new URL('.', import.meta.url).pathname;

/** In place of bin/ketcdctl.js: compiles without a cache, runs, and writes one for each pack at the end. */
const WARM_UP = `
const boot = require('./bin/boot.js');
boot.keepCode();
process.argv.splice(1, 0, 'ketcdctl');
boot.pack('core')('./main.js');
`;

export async function writeCodeCaches() {
  const server = http2.createServer().on('stream', answer(rangeResponse()));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const args = ['--endpoints', `127.0.0.1:${server.address().port}`, 'get', 'x'];
  const { KETCDCTL_AS: _, ...env } = process.env;
  const child = spawn(process.execPath, ['-e', WARM_UP, '--', ...args], {
    cwd: root,
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const [code] = await once(child, 'exit');
  server.close();
  if (code !== 0) throw new Error(`the first run of what was built ended with ${code}`);
}

/** A gRPC message in its frame: a RangeResponse with one key, whose value is a Kubernetes object. */
function rangeResponse() {
  const manifest = join(root, 'samples/manifests/registry/pods/shop/api-7c9f6d8b4-ce892.yaml');
  const { stdout } = spawnSync(process.execPath, [join(root, 'bin/ketcdctl.js'), 'encode', '-w', 'raw', manifest]);
  const message = field(2, Buffer.concat([field(1, Buffer.from('/registry/namespaces/shop')), field(5, stdout)]));
  const frame = Buffer.alloc(5);
  frame.writeUInt32BE(message.length, 1);
  return Buffer.concat([frame, message]);
}

/** A length-delimited field of protobuf, of less than 16 KiB. */
function field(number, bytes) {
  return Buffer.concat([Buffer.from([number * 8 + 2, (bytes.length & 127) | 128, bytes.length >> 7]), bytes]);
}

function answer(body) {
  return (stream) => {
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
    stream.end(body);
  };
}
