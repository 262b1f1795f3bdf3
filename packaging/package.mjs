// `npm run package [-- TARGET…]`: every artefact of a release in build/release: a tarball for each target, a .deb and an .rpm for those
// with glibc, the npm package, the krew manifest, the Dockerfile, SHA256SUMS. Two runs of one commit give the same bytes.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildBinary } from './binary.mjs';
import { hostTarget, TARGETS } from './bun.mjs';
import { sharedContents } from './contents.mjs';
import { debPackage } from './deb.mjs';
import { krewManifest } from './krew.mjs';
import { rpmPackage } from './rpm.mjs';
import { root, sourceDate, version } from './source.mjs';
import { tarball } from './tarball.mjs';

const release = join(root, 'build', 'release');
const time = sourceDate();
const named = process.argv.slice(2);
const targets = named.length > 0 ? named : Object.keys(TARGETS);

refuseUntold();
rmSync(release, { recursive: true, force: true });
mkdirSync(release, { recursive: true });
execFileSync(process.execPath, ['build.mjs'], { cwd: root, stdio: 'inherit' });
const ours = buildBinary(hostTarget());
refuseOtherVersion(ours);
const shared = sharedContents(ours);

for (const target of targets) {
  const { arch, libc } = TARGETS[target];
  const program = target === hostTarget() ? ours : buildBinary(target);
  const add = (name, bytes) => {
    writeFileSync(join(release, name), bytes);
    console.log(`build/release/${name}`);
  };
  const name = `ketcdctl-${version}-linux-${arch}${libc === 'musl' ? '-musl' : ''}`;
  add(`${name}.tar.gz`, tarball(name, readFileSync(program), shared, time));
  if (libc === 'musl') continue;
  add(`ketcdctl_${version}_${arch}.deb`, debPackage(arch, readFileSync(program), shared, time));
  const rpm = rpmPackage(arch, program, shared, time);
  if (rpm) add(rpm.name, rpm.bytes);
  else console.log('no .rpm: there is no rpmbuild (Debian: apt-get install rpm)');
}

execFileSync('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', release], { cwd: root });
copyFileSync(new URL('Dockerfile', import.meta.url), join(release, 'Dockerfile'));
writeFileSync(join(release, 'etcd.yaml'), krewManifest(release));
const sums = readdirSync(release)
  .sort()
  .map((name) => `${sha256(readFileSync(join(release, name)))}  ${name}\n`);
writeFileSync(join(release, 'SHA256SUMS'), sums.join(''));

function sha256(bytes) {
  return createHash('sha256').update(bytes).digest('hex');
}

/** What is released is told of. */
function refuseUntold() {
  const headings = readFileSync(join(root, 'CHANGELOG.md'), 'utf8').match(/^## .*/gm) ?? [];
  if (!headings.some((heading) => heading.split(/\s+/).includes(version))) {
    throw new Error(`CHANGELOG.md has no heading for ${version}`);
  }
}

/** The one version is package.json's, and the executable says it. */
function refuseOtherVersion(program) {
  const said = execFileSync(program, ['version'], { encoding: 'utf8' });
  if (!said.startsWith(`ketcdctl version: ${version}\n`)) throw new Error(`the executable says: ${said}`);
}
