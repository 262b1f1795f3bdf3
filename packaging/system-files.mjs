// Where the files stand that packages of a system (.deb, .rpm) install. `ketcdctl` and `kubectl-etcd` are on the PATH; `etcdctl`, `etcdutl`
// and `auger` would be in the way of the real ones, so they are in a folder that whoever wants them puts on the PATH.
import { gzipSync } from 'node:zlib';

/** @returns {import('./tar.mjs').Entry[]} paths without a slash in front */
export function systemFiles(program, { man, completions, license, licences }) {
  const file = (path, bytes, mode = 0o644) => ({ path, mode, bytes });
  const link = (path, link) => ({ path, mode: 0o777, link });
  return [
    file('usr/bin/ketcdctl', program, 0o755),
    link('usr/bin/kubectl-etcd', 'ketcdctl'),
    ...['etcdctl', 'etcdutl', 'auger'].map((name) => link(`usr/libexec/ketcdctl/${name}`, '../../bin/ketcdctl')),
    ...completions.map(({ folder, name, bytes }) => file(`${folder}/${name}`, bytes)),
    ...man.map(({ name, bytes }) => file(`usr/share/man/man1/${name}.gz`, gzipSync(bytes, { level: 9 }))),
    file('usr/share/doc/ketcdctl/copyright', Buffer.concat([license, Buffer.from('\n'), licences])),
  ];
}
