// The Debian package (deb(5)): an `ar` archive of a version, a description and the files.
import { description, version } from './source.mjs';
import { systemFiles } from './system-files.mjs';
import { ar, tarGz } from './tar.mjs';

export function debPackage(arch, program, shared, time) {
  const files = systemFiles(program, shared);
  const bytes = files.reduce((sum, { bytes: { length } = '' }) => sum + length, 0);
  const control = `Package: ketcdctl
Version: ${version}
Architecture: ${arch}
Maintainer: The ketcdctl authors <ketcdctl@localhost>
Installed-Size: ${Math.ceil(bytes / 1024)}
Depends: libc6 (>= 2.17)
Section: admin
Priority: optional
Description: etcdctl for people who run Kubernetes
 ${description}.
`;
  return ar(
    [
      ['debian-binary', Buffer.from('2.0\n')],
      ['control.tar.gz', tarGz([{ path: './control', mode: 0o644, bytes: Buffer.from(control) }], time)],
      ['data.tar.gz', tarGz(withFolders(files), time)],
    ],
    time,
  );
}

/** The files as dpkg wants them: behind `./`, and each folder before what is in it. */
function withFolders(files) {
  const folders = new Set(['./']);
  for (const { path } of files) {
    const parts = path.split('/').slice(0, -1);
    for (let depth = 1; depth <= parts.length; depth++) folders.add(`./${parts.slice(0, depth).join('/')}/`);
  }
  const entries = [...folders].sort().map((path) => ({ path, mode: 0o755 }));
  return [...entries, ...files.map((file) => ({ ...file, path: `./${file.path}` }))];
}
