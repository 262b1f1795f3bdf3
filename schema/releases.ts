/** Where the facts of each release come from: Go modules, and for releases before them a file of field facts. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { emptyPackage, type GoField, type GoPackage, packageName, readGoPackage } from './go-types.js';
import { type ProtoFile, readProtoFile } from './proto-file.js';

/** What one release says, by the names of packages (`apps/v1`). */
export interface Release {
  name: string;
  packages: Map<string, GoPackage>;
  /** The .proto files of the same packages; empty for releases that are only known by their field facts. */
  protos: Map<string, ProtoFile>;
}

const MODULES = ['k8s.io/api', 'k8s.io/apimachinery', 'k8s.io/apiextensions-apiserver', 'k8s.io/kube-aggregator'];

/** The folders of the modules other than k8s.io/api that hold stored types. */
const FOLDERS: Record<string, string[]> = {
  'k8s.io/apimachinery': ['pkg/apis/meta/v1'],
  'k8s.io/apiextensions-apiserver': ['pkg/apis/apiextensions/v1', 'pkg/apis/apiextensions/v1beta1'],
  'k8s.io/kube-aggregator': ['pkg/apis/apiregistration/v1', 'pkg/apis/apiregistration/v1beta1'],
  // The groups that OpenShift stores as protobuf; the last two only OpenShift 3 did, before they became custom resources.
  'github.com/openshift/api': [
    ...[
      'apps/v1',
      'authorization/v1',
      'build/v1',
      'image/v1',
      'oauth/v1',
      'project/v1',
      'route/v1',
      'template/v1',
      'user/v1',
    ],
    ...['quota/v1', 'security/v1'],
  ],
};

/** Module versions by release: `{"1.36": {"k8s.io/api": "v0.36.6", …}}`. */
type Pins = Record<string, Record<string, string>>;

/** Reads all pinned releases, oldest first. */
export function readReleases(pinsFile: string): Release[] {
  const pins = readPins(pinsFile);
  const folders = download(
    Object.values(pins).flatMap((pin) => Object.entries(pin).map(([path, v]) => `${path}@${v}`)),
  );
  return Object.entries(pins).map(([name, pin]) =>
    readRelease(
      name,
      Object.entries(pin).map(([path, version]) => [path, folders.get(`${path}@${version}`)!]),
    ),
  );
}

/** Pins the newest patch of a release (`1.37`), or its newest alpha where it has none yet, replacing an older pin of it. */
export function pinRelease(pinsFile: string, release: string): void {
  const minor = release.replace(/^1\./, '');
  const answers = go<{ Path: string; Versions?: string[] }>(['list', '-m', '-versions', '-json', ...MODULES]);
  const pin = answers.map(({ Path, Versions = [] }) => {
    const versions = Versions.filter((version) => version.startsWith(`v0.${minor}.`));
    const newest = versions.findLast((version) => !version.includes('-')) ?? versions.at(-1);
    if (!newest) throw new Error(`${Path} has no version of Kubernetes ${release}`);
    return [Path, newest];
  });
  const pins = { ...readPins(pinsFile), [`1.${minor}`]: Object.fromEntries(pin) };
  const sorted = Object.entries(pins).sort(([a], [b]) => Number(a.slice(2)) - Number(b.slice(2)));
  writeFileSync(pinsFile, `${JSON.stringify(Object.fromEntries(sorted), null, 2)}\n`);
}

function readPins(file: string): Pins {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
}

/** Downloads modules (`path@version`) and gives their folders by `path@version`. */
function download(modules: string[]): Map<string, string> {
  const answers = go<{ Path: string; Version: string; Dir: string }>(['mod', 'download', '-json', ...modules]);
  return new Map(answers.map((answer) => [`${answer.Path}@${answer.Version}`, answer.Dir]));
}

/**
 * Runs `go` with its modules in KETCDCTL_SCHEMA_CACHE, and gives the JSON objects that it prints. Modules of a coming
 * release may ask for a newer Go than the one that is installed: it fetches that itself.
 */
function go<Answer>(args: string[]): Answer[] {
  const cache = process.env.KETCDCTL_SCHEMA_CACHE ?? join(tmpdir(), 'ketcdctl-schema');
  mkdirSync(cache, { recursive: true });
  const env = { ...process.env, GOMODCACHE: cache, GOFLAGS: '-modcacherw -mod=mod', GOTOOLCHAIN: 'auto' };
  const output = execFileSync('go', args, {
    cwd: cache,
    env,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return JSON.parse(`[${output.replace(/\n\}\n\{/g, '\n},{')}]`);
}

function readRelease(name: string, modules: [string, string][]): Release {
  const release: Release = { name, packages: new Map(), protos: new Map() };
  for (const [module, dir] of modules) {
    for (const folder of FOLDERS[module] ?? apiFolders(dir)) {
      const path = join(dir, folder);
      if (!existsSync(join(path, 'generated.proto'))) continue;
      const id = packageName(`${module}/${folder}`);
      release.packages.set(id, readGoPackage(path));
      release.protos.set(id, readProtoFile(join(path, 'generated.proto')));
    }
  }
  return release;
}

function apiFolders(dir: string): string[] {
  return readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .filter((path) => /^\w+\/v\w+\/generated\.proto$/.test(path))
    .map((path) => path.replace('/generated.proto', ''))
    .sort();
}

/** The qualifiers that releases before 1.17 used, which the field facts keep without the import lines. */
const OLD_IMPORTS = new Map([
  ['metav1', 'k8s.io/apimachinery/pkg/apis/meta/v1'],
  ['v1', 'k8s.io/api/core/v1'],
  ['corev1', 'k8s.io/api/core/v1'],
  ['apiv1', 'k8s.io/api/core/v1'],
  ['batchv1', 'k8s.io/api/batch/v1'],
  ['authenticationv1', 'k8s.io/api/authentication/v1'],
  ['runtime', 'k8s.io/apimachinery/pkg/runtime'],
  ['intstr', 'k8s.io/apimachinery/pkg/util/intstr'],
  ['resource', 'k8s.io/apimachinery/pkg/api/resource'],
  ['types', 'k8s.io/apimachinery/pkg/types'],
]);

interface Fact {
  gv: string;
  type: string;
  field?: string;
  goType: string;
  embedded: boolean;
  json: string;
  protobuf: string | null;
  is?: string;
  first: string;
  last: string;
}

/** The releases 1.8 to 1.16, oldest first, from a gzipped file with a JSON object a struct field. */
export function readOldReleases(factsFile: string): Release[] {
  const facts: Fact[] = gunzipSync(readFileSync(factsFile))
    .toString()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  return Array.from({ length: 9 }, (_, i) => {
    const minor = i + 8;
    const has = (fact: Fact) => Number(fact.first.slice(2)) <= minor && minor <= Number(fact.last.slice(2));
    return oldRelease(`1.${minor}`, facts.filter(has));
  });
}

/** Copies of meta/v1 types that k8s.io/api/core/v1 kept up to 1.8; their objects were written as meta/v1's. */
const META_COPIES = new Set(['ObjectMeta', 'DeleteOptions', 'ListOptions', 'Preconditions']);

function oldRelease(name: string, facts: Fact[]): Release {
  const packages = unrecorded();
  for (const fact of facts) {
    if (fact.gv === 'core/v1' && META_COPIES.has(fact.type)) continue;
    let pkg = packages.get(fact.gv);
    if (!pkg) {
      pkg = { ...emptyPackage(), imports: OLD_IMPORTS };
      packages.set(fact.gv, pkg);
    }
    addFact(pkg, fact);
  }
  return { name, packages, protos: new Map() };
}

function addFact(pkg: GoPackage, fact: Fact): void {
  if (fact.is !== undefined) {
    pkg.named.set(fact.type, fact.is);
    if (fact.type === 'ExtraValue') pkg.wrapped.add(fact.type);
    return;
  }
  const { goType, embedded, json, protobuf } = fact;
  const fields = pkg.structs.get(fact.type) ?? [];
  fields.push({ name: embedded ? '' : fact.field!, goType, embedded, json, protobuf });
  pkg.structs.set(fact.type, fields);
}

/**
 * Facts that no module and no line of the field facts has, as if each of the old releases had them: who had yet to
 * initialize an object (up to 1.15); the first form of managedFields (1.14 and 1.15, an alpha), which every later
 * release passes over (here it is shown, and stays when the object is edited); the JobTemplate that 1.21 to 1.23 wrote under batch/v1.
 */
function unrecorded(): Map<string, GoPackage> {
  const embedded = (goType: string, json: string): GoField => ({
    name: '',
    goType,
    embedded: true,
    json,
    protobuf: null,
  });
  const field = (json: string, goType: string, number: number): GoField => {
    const protobuf = `bytes,${number},opt`;
    return { name: json, goType, embedded: false, json: `${json},omitempty`, protobuf };
  };
  const meta = new Map([
    ['ObjectMeta', [field('initializers', '*Initializers', 16)]],
    ['Initializers', [field('pending', '[]Initializer', 1), field('result', '*Status', 2)]],
    ['Initializer', [field('name', 'string', 1)]],
    ['ManagedFieldsEntry', [field('fields', '*Fields', 5)]],
  ]);
  const template = [
    embedded('metav1.TypeMeta', ',inline'),
    field('metadata', 'metav1.ObjectMeta', 1),
    field('template', 'JobTemplateSpec', 2),
  ];
  return new Map([
    ['meta/v1', { ...emptyPackage(), structs: meta, imports: OLD_IMPORTS }],
    ['batch/v1', { ...emptyPackage(), structs: new Map([['JobTemplate', template]]), imports: OLD_IMPORTS }],
  ]);
}
