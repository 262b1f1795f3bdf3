// The RPM package, by rpmbuild.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { description, root, version } from './source.mjs';
import { systemFiles } from './system-files.mjs';

const ARCHES = { amd64: 'x86_64', arm64: 'aarch64' };

/** @returns {{ name: string, bytes: Buffer } | undefined} undefined where there is no rpmbuild */
export function rpmPackage(arch, program, shared, time) {
  if (spawnSync('rpmbuild', ['--version']).status !== 0) return undefined;
  const top = join(root, 'build', 'rpm');
  rmSync(top, { recursive: true, force: true });
  const files = systemFiles(readFileSync(program), shared);
  for (const file of files) place(join(top, 'files'), file);
  const spec = join(top, 'ketcdctl.spec');
  writeFileSync(spec, specFile(files, join(top, 'files')));
  const defines = {
    _topdir: top,
    _buildhost: 'localhost',
    // The executable's end is the program: nothing may strip it.
    __os_install_post: '%{nil}',
    debug_package: '%{nil}',
    _build_id_links: 'none',
    use_source_date_epoch_as_buildtime: '1',
    clamp_mtime_to_source_date_epoch: '1',
    _binary_payload: 'w9.gzdio',
  };
  const args = Object.entries(defines).flatMap(([name, value]) => ['--define', `${name} ${value}`]);
  const env = { ...process.env, SOURCE_DATE_EPOCH: String(time) };
  execFileSync('rpmbuild', ['-bb', '--quiet', '--target', ARCHES[arch], ...args, spec], { env, stdio: 'pipe' });
  const folder = join(top, 'RPMS', ARCHES[arch]);
  const [name] = readdirSync(folder);
  return { name, bytes: readFileSync(join(folder, name)) };
}

function place(folder, { path, mode, bytes, link }) {
  const target = join(folder, path);
  mkdirSync(dirname(target), { recursive: true });
  if (link !== undefined) symlinkSync(link, target);
  else writeFileSync(target, bytes, { mode });
}

function specFile(files, folder) {
  return `Name: ketcdctl
Version: ${version}
Release: 1
Summary: etcdctl for people who run Kubernetes
License: Apache-2.0
AutoReqProv: no
Requires: glibc >= 2.17

%description
${description}.

%install
cp -a ${folder}/. %{buildroot}

%files
%defattr(-,root,root)
${files.map(({ path }) => `/${path}`).join('\n')}
`;
}
