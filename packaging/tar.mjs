// Archives whose bytes depend on nothing but their content: the order is given, the time is the commit's, everything is root's.
import { gzipSync } from 'node:zlib';

/**
 * A file, a folder or a link in an archive.
 * @typedef {{ path: string, mode: number, bytes?: Buffer, link?: string }} Entry folders end with a slash
 */

/** A tar archive (ustar), packed by gzip. @param {Entry[]} entries @param {number} time seconds since 1970 */
export function tarGz(entries, time) {
  const blocks = entries.flatMap(({ path, mode, bytes = Buffer.alloc(0), link }) => [
    header({ path, mode, size: bytes.length, link, time }),
    bytes,
    Buffer.alloc(-bytes.length & 511),
  ]);
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)]), { level: 9 });
}

/** 512 bytes: names, numbers in octal digits, and the sum of all of them with the sum itself taken as blanks. */
function header({ path, mode, size, link, time }) {
  if (Buffer.byteLength(path) > 100) throw new Error(`${path} is too long for a tar archive`);
  const block = Buffer.alloc(512);
  const octal = (value, at, length) => block.write(`${value.toString(8).padStart(length - 1, '0')}\0`, at);
  block.write(path, 0);
  octal(mode, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(size, 124, 12);
  octal(time, 136, 12);
  block.fill(' ', 148, 156);
  block.write(link !== undefined ? '2' : path.endsWith('/') ? '5' : '0', 156);
  block.write(link ?? '', 157);
  block.write('ustar\x0000root', 257);
  block.write('root', 297);
  octal(
    block.reduce((sum, byte) => sum + byte, 0),
    148,
    7,
  );
  return block;
}

/** An `ar` archive, which a Debian package is. @param {[name: string, bytes: Buffer][]} members */
export function ar(members, time) {
  const parts = members.flatMap(([name, bytes]) => {
    const fields = [name.padEnd(16), String(time).padEnd(12), '0     0     100644  ', String(bytes.length).padEnd(10)];
    return [Buffer.from(`${fields.join('')}\`\n`), bytes, Buffer.from(bytes.length % 2 === 1 ? '\n' : '')];
  });
  return Buffer.concat([Buffer.from('!<arch>\n'), ...parts]);
}
