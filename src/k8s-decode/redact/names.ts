/**
 * Names of objects, hashed: each word of a name (what stands between `-`, `.`, `:` and `_`) becomes another one of the same length, with
 * letters for letters and digits for digits, the same in all places. So what belongs together is still seen: a pod has the name of its
 * replica set in front, wherever it is named. No two words become one, and numbers stay as they are.
 */
import { createHmac, randomBytes } from 'node:crypto';

/** Names that Kubernetes itself looks for. */
const KEPT_NAMES = [
  'default',
  'kubernetes',
  'kube-system',
  'kube-public',
  'kube-node-lease',
  'kube-root-ca.crt',
  'kube-dns',
  'cluster-admin',
  'admin',
  'edit',
  'view',
];

/** Resources whose names say what they are of: no other name would be valid, or served. */
const KEPT_RESOURCES = new Set([
  'apiextensions.k8s.io/customresourcedefinitions',
  'apiregistration.k8s.io/apiservices',
  'masterleases',
  'peerserverleases',
  'ranges',
  'flowschemas',
  'prioritylevelconfigurations',
  'priorityclasses',
]);

const LONGEST_NAME = 253;

const WORD = /[A-Za-z0-9]+/g;
/** What may be a name, or hold some, in a text. */
const NAME_LIKE = /[A-Za-z0-9](?:[-\w.]*[A-Za-z0-9])?/g;

export class NameMap {
  private readonly names = new Set<string>();
  /** Names that stay, wherever they are. */
  private readonly kept = new Set(KEPT_NAMES);
  private readonly words = new Map<string, string>();
  private readonly taken = new Set<string>();
  private readonly salt = randomBytes(32);

  /** How many names are hashed. */
  get size(): number {
    return this.names.size;
  }

  /** Takes the names in a key, of an object and of its namespace. */
  addKey(key: string): void {
    const names = placesInKey(key).map(([start, end]) => key.slice(start, end));
    if (!isKept(key)) {
      for (const name of names) this.add(name);
      return;
    }
    for (const name of names) {
      this.kept.add(name);
      // `crontabs.example.com` and `v1.example.com`: what is before the group, and the group.
      const dot = name.indexOf('.');
      if (dot > 0) this.kept.add(name.slice(0, dot)).add(name.slice(dot + 1));
    }
  }

  private add(name: string): void {
    if (name.startsWith('system:')) this.kept.add(name);
    if (this.kept.has(name) || name.startsWith('system:') || !/[A-Za-z]/.test(name)) return;
    this.names.add(name);
    // Names of roles and the like have parts that are names of others.
    if (name.includes(':')) for (const part of name.split(':')) this.add(part);
  }

  /** The key with its names hashed: a letter a byte, as in the others here. */
  inKey(key: string): string {
    let hashed = key;
    if (isKept(key)) return key;
    for (const [start, end] of placesInKey(key)) {
      const name = key.slice(start, end);
      if (this.isHashed(name)) hashed = hashed.slice(0, start) + this.hash(name) + hashed.slice(end);
    }
    return hashed;
  }

  /** A text with hashes in place of the names in it. */
  inText(text: string): string {
    if (this.isHashed(text)) return this.hash(text);
    if (this.kept.has(text)) return text;
    return text.replace(NAME_LIKE, (token) => this.inToken(token));
  }

  private inToken(token: string): string {
    if (this.isHashed(token)) return this.hash(token);
    if (this.kept.has(token)) return token;
    // `web.shop.svc`: a service and its namespace.
    return token
      .split('.')
      .map((label) => this.inLabel(label))
      .join('.');
  }

  private inLabel(label: string): string {
    if (this.isHashed(label)) return this.hash(label);
    if (this.kept.has(label) || label.length > LONGEST_NAME) return label;
    // What was made for an object that is there, and is itself gone: `web-5d4f9-abcde`.
    for (let dash = label.lastIndexOf('-'); dash > 0; dash = label.lastIndexOf('-', dash - 1)) {
      if (this.names.has(label.slice(0, dash))) return this.hash(label);
    }
    return label;
  }

  private isHashed(name: string): boolean {
    return this.names.has(name) && !this.kept.has(name);
  }

  private hash(name: string): string {
    return name.replace(WORD, (word) => this.word(word));
  }

  private word(word: string): string {
    if (/^\d+$/.test(word)) return word;
    let hashed = this.words.get(word);
    for (let round = 0; hashed === undefined; round++) {
      const candidate = this.candidate(word, round);
      if (!this.taken.has(candidate)) hashed = candidate;
    }
    this.words.set(word, hashed);
    this.taken.add(hashed);
    return hashed;
  }

  /** After many rounds the small letters are gone through one by one: of a word of one letter there are few. */
  private candidate(word: string, round: number): string {
    let candidate = '';
    for (let at = 0; at < word.length; at += 32) {
      const bytes = createHmac('sha256', this.salt).update(`${round} ${at} ${word}`).digest();
      for (let i = at; i < Math.min(at + 32, word.length); i++)
        candidate += other(word[i]!, bytes[i - at]! + (i === 0 ? round : 0));
    }
    return candidate;
  }
}

/** Another letter of the same sort. */
function other(letter: string, number: number): string {
  if (letter <= '9') return String.fromCharCode(0x30 + (number % 10));
  return String.fromCharCode((letter <= 'Z' ? 0x41 : 0x61) + (number % 26));
}

/** A key's parts: root, resource and what names the object. */
const KEY = /^(\/[^/]+\/)((?:services|oauth|[^/]*\.[^/]*)\/[^/]+|[^/]+)\/(.+)$/;

/** The resource of a key as it is counted: `secrets`, `things.example.com`; `(other keys)` for what is not Kubernetes'. */
export function resourceInKey(key: string): string {
  const [, , resource] = KEY.exec(key) ?? [];
  if (resource === undefined) return key.startsWith('/') ? '(other keys)' : key;
  const slash = resource.indexOf('/');
  return slash < 0 || /^(?:services|oauth)\//.test(resource)
    ? resource
    : `${resource.slice(slash + 1)}.${resource.slice(0, slash)}`;
}

/**
 * Where names stand in a key: behind the root and the resource, which is `GROUP/PLURAL` for custom resources, `services/…` for two others
 * and `oauth/…` for some of OpenShift's.
 */
function placesInKey(key: string): [start: number, end: number][] {
  const [, root = '', resource = ''] = KEY.exec(key) ?? [];
  if (root === '') return [];
  const places: [number, number][] = [];
  for (let start = root.length + resource.length + 1; start < key.length; ) {
    const slash = key.indexOf('/', start);
    const end = slash < 0 ? key.length : slash;
    places.push([start, end]);
    start = end + 1;
  }
  return places;
}

/** Whether a key's names stay. */
function isKept(key: string): boolean {
  return KEPT_RESOURCES.has(KEY.exec(key)?.[2] ?? '');
}
