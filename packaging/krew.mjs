// The manifest for krew, kubectl's manager of plug-ins: `kubectl krew install --manifest=etcd.yaml`.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { description, version } from './source.mjs';

/** Where the tarballs will be; `KETCDCTL_RELEASES` says it when a release is made. */
const RELEASES = process.env.KETCDCTL_RELEASES ?? 'https://example.com/ketcdctl/releases';

/** @param {string} release the folder of the tarballs */
export function krewManifest(release) {
  const platforms = readdirSync(release)
    .sort()
    .flatMap((name) => {
      const [, arch] = /-linux-(amd64|arm64)\.tar\.gz$/.exec(name) ?? [];
      return arch ? [platform(name, arch, readFileSync(join(release, name)))] : [];
    });
  return `apiVersion: krew.googlecontainertools.github.com/v1alpha2
kind: Plugin
metadata:
  name: etcd
spec:
  version: v${version}
  shortDescription: Read what Kubernetes keeps in etcd
  description: |
    ${description}.
  platforms:
${platforms.join('')}`;
}

function platform(name, arch, bytes) {
  const folder = name.replace(/\.tar\.gz$/, '');
  return `  - selector:
      matchLabels:
        os: linux
        arch: ${arch}
    uri: ${RELEASES}/v${version}/${name}
    sha256: ${createHash('sha256').update(bytes).digest('hex')}
    files:
    - from: ${folder}/ketcdctl
      to: .
    - from: ${folder}/LICENSE
      to: .
    bin: ketcdctl
`;
}
