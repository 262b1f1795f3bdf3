// The tarball: one folder with everything in it, which can be used where it is unpacked.
import { createHash } from 'node:crypto';
import { LINKS } from './contents.mjs';
import { tarGz } from './tar.mjs';

/** @param {string} name of the folder @param {Buffer} program */
export function tarball(name, program, { man, completions, license, licences, readme }, time) {
  const files = [
    { path: 'ketcdctl', mode: 0o755, bytes: program },
    ...completions.map(({ shell, name, bytes }) => ({ path: `completions/${shell}/${name}`, mode: 0o644, bytes })),
    ...man.map(({ name, bytes }) => ({ path: `man/man1/${name}`, mode: 0o644, bytes })),
    { path: 'LICENSE', mode: 0o644, bytes: license },
    { path: 'LICENSES-OTHERS', mode: 0o644, bytes: licences },
    { path: 'README.md', mode: 0o644, bytes: readme },
  ];
  const sums = files.map(({ path, bytes }) => `${createHash('sha256').update(bytes).digest('hex')}  ${path}\n`);
  const links = LINKS.map((path) => ({ path, mode: 0o777, link: 'ketcdctl' }));
  const all = [...files, { path: 'SHA256SUMS', mode: 0o644, bytes: Buffer.from(sums.join('')) }, ...links];
  return tarGz(
    all.map((entry) => ({ ...entry, path: `${name}/${entry.path}` })),
    time,
  );
}
