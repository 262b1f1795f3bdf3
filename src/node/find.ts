/**
 * What this node says of its etcd: how it is reached, with which certificates, and where its data is. First the running etcd's own
 * words, then static pods, units and files of variables, and last the folders of the usual installers.
 */
import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { certificateInFile, isForClients } from './certificate.js';
import { type EtcdSettings, endpointsOf, optionsOfText, settingsOf } from './etcd-settings.js';
import { type CertificateFiles, DISTRIBUTIONS, filesBelow } from './folders.js';
import { readManifests } from './manifests.js';
import { type RunningEtcd, runningEtcds } from './processes.js';
import { below, type Notes, readTrusted, whyNotTrusted } from './trusted-file.js';
import { settingsOfUnit, settingsOfVariableFile } from './units.js';

/** A fact, and the file, folder or process that it is from. */
export interface Sourced<T> {
  value: T;
  source: string;
}

export interface Note {
  path: string;
  problem: string;
  /** The same would work for root. */
  needsRoot: boolean;
}

export interface NodeFindings {
  /** By its folders, where they are there: `kubeadm`, `k3s`, … */
  distribution: string | undefined;
  endpoints: Sourced<string[]> | undefined;
  /** Undefined where none are needed, or none can be read. */
  certificates: Sourced<CertificateFiles> | undefined;
  dataDir: Sourced<string> | undefined;
  metricsUrls: Sourced<string[]> | undefined;
  registryPrefix: Sourced<string> | undefined;
  encryptionConfig: Sourced<string> | undefined;
  pid: number | undefined;
  notes: Note[];
}

class NoteList implements Notes {
  readonly notes: Note[] = [];

  add(path: string, problem: string, mayHelp?: 'sudo'): void {
    if (this.notes.some((note) => note.path === path)) return;
    this.notes.push({ path, problem, needsRoot: mayHelp === 'sudo' });
  }
}

/** Settings of an etcd, and where they are from. */
interface Origin {
  source: string;
  settings: EtcdSettings;
  /** How its paths are seen from here. */
  at(path: string): string;
}

export interface FindOptions {
  /** The folder that is taken for `/`. */
  root?: string;
  /** Without the processes, of which there may be many: files alone. */
  filesOnly?: boolean;
}

export function findNode({ root = '/', filesOnly = false }: FindOptions = {}): NodeFindings {
  const notes = new NoteList();
  const manifests = readManifests(root, notes);
  const running = filesOnly ? undefined : usualOne(runningEtcds(root));
  const origins: Origin[] = [];
  const add = (found: { source: string; settings: EtcdSettings } | undefined) => {
    if (found) origins.push({ ...found, at: (path) => below(root, path) });
  };
  if (running !== undefined) {
    origins.push({
      source: `process ${running.pid}`,
      settings: running.settings,
      at: pathIn(root, running.rootFolder),
    });
  }
  add(manifests.etcd);
  add(settingsOfUnit(root, notes));
  add(settingsOfVariableFile(root, notes));
  const settings = origins.map((origin) => withConfigFile(origin, notes));
  const api = manifests.apiServer;
  const fromApi = <T>(value: T | undefined): Sourced<T> | undefined =>
    value === undefined ? undefined : { value, source: api!.source };
  const distribution = distributionOf(root, notes);
  const certificates = findCertificates(root, settings, api, distribution, notes);
  return {
    distribution: distribution?.name,
    endpoints:
      firstOf(settings, ({ clientUrls }) => (clientUrls.length > 0 ? endpointsOf(clientUrls) : undefined)) ??
      fromApi(api && api.settings.servers.length > 0 ? api.settings.servers : undefined) ??
      (distribution && { value: ['https://127.0.0.1:2379'], source: distribution.source }),
    certificates,
    dataDir: findDataDir(root, settings, distribution),
    metricsUrls: firstOf(settings, ({ metricsUrls }) =>
      metricsUrls.length > 0 ? endpointsOf(metricsUrls) : undefined,
    ),
    registryPrefix: fromApi(api?.settings.prefix),
    encryptionConfig: fromApi(api?.settings.encryptionConfig && below(root, api.settings.encryptionConfig)),
    pid: running?.pid,
    notes: notes.notes,
  };
}

/** Of several etcds the one on the usual port; else the oldest. */
function usualOne(running: readonly RunningEtcd[]): RunningEtcd | undefined {
  return running.find(({ settings }) => settings.clientUrls.some((url) => url.endsWith(':2379'))) ?? running[0];
}

/** A path of a process: as it stands, or below the root folder of its container where it is not there. */
function pathIn(root: string, rootFolder: string): (path: string) => string {
  return (path) => {
    const here = below(root, path);
    return existsSync(here) || !existsSync(join(rootFolder, path)) ? here : join(rootFolder, path);
  };
}

function firstOf<T>(
  origins: readonly Origin[],
  pick: (settings: EtcdSettings) => T | undefined,
): Sourced<T> | undefined {
  for (const { source, settings } of origins) {
    const value = pick(settings);
    if (value !== undefined) return { value, source };
  }
  return undefined;
}

/** An etcd that is given --config-file takes nothing else into account: k3s and RKE2 start it so. */
function withConfigFile(origin: Origin, notes: Notes): Origin {
  const { configFile } = origin.settings;
  if (configFile === undefined) return origin;
  const path = origin.at(configFile);
  const text = readTrusted(path, notes);
  if (text === undefined) return origin;
  const [top = '', security = ''] = text.split(/^client-transport-security:.*$/m, 2);
  const inSecurity = security.split(/^\S/m, 1)[0]!;
  const options = new Map([...yamlOptions(top, ''), ...yamlOptions(inSecurity, ' +')]);
  for (const [name, value] of yamlOptions(security.slice(inSecurity.length - 1), '')) options.set(name, value);
  return { ...origin, source: path, settings: settingsOf(options) };
}

function yamlOptions(text: string, indent: string): Map<string, string> {
  const lines = text.matchAll(new RegExp(`^${indent}([a-z][a-z0-9-]*):[ \\t]*(.+?)[ \\t]*$`, 'gm'));
  return optionsOfText(Array.from(lines, ([, name, value]) => `--${name}=${value}`).join('\n'));
}

interface FoundDistribution {
  name: string;
  source: string;
  files: CertificateFiles[];
  dataDir: string;
}

/** The first installer whose certificates are there. */
function distributionOf(root: string, notes: Notes): FoundDistribution | undefined {
  for (const { name, certificates, dataDir } of DISTRIBUTIONS) {
    const files = certificates.map((each) => filesBelow(root, each, notes));
    const there = files.filter(({ cacert, cert }) => isThere(cacert) && isThere(cert));
    if (there.length > 0)
      return { name, source: dirname(there[0]!.cacert), files: there, dataDir: below(root, dataDir) };
  }
  return undefined;
}

/** Whether a file is there, or hidden in a folder that this user may not enter. */
function isThere(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EACCES';
  }
}

/**
 * The first set of certificates that a client can use: an installer's client certificate before the API server's, and that before the
 * server's own, which serves where it is for clients as well. All three files, or none.
 */
function findCertificates(
  root: string,
  origins: readonly Origin[],
  api: ReturnType<typeof readManifests>['apiServer'],
  distribution: FoundDistribution | undefined,
  notes: Notes,
): Sourced<CertificateFiles> | undefined {
  const candidates: Sourced<CertificateFiles>[] = [];
  for (const files of distribution?.files ?? []) candidates.push({ value: files, source: dirname(files.cert) });
  const { caFile, certFile, keyFile } = api?.settings ?? {};
  if (caFile && certFile && keyFile) {
    const value = { cacert: below(root, caFile), cert: below(root, certFile), key: below(root, keyFile) };
    // What the API server uses is known to work.
    candidates.unshift({ value, source: api!.source });
  }
  for (const { source, settings, at } of origins) {
    const { trustedCaFile: cacert, certFile: cert, keyFile: key } = settings;
    if (cacert && cert && key) candidates.push({ value: { cacert: at(cacert), cert: at(cert), key: at(key) }, source });
  }
  return candidates.find(({ value }) => isUsable(value, notes));
}

function isUsable(files: CertificateFiles, notes: Notes): boolean {
  for (const path of [files.cacert, files.cert, files.key]) {
    try {
      accessSync(path, constants.R_OK);
    } catch (error) {
      const isClosed = (error as NodeJS.ErrnoException).code === 'EACCES';
      notes.add(path, isClosed ? 'permission denied' : 'not there', isClosed ? 'sudo' : undefined);
      return false;
    }
    const problem = whyNotTrusted(path);
    if (problem !== undefined) {
      notes.add(path, problem);
      return false;
    }
  }
  try {
    return isForClients(certificateInFile(files.cert));
  } catch (error) {
    notes.add(files.cert, `not a certificate: ${(error as Error).message}`);
    return false;
  }
}

/**
 * The first data directory that is there. A unit that was left behind names one that is not, beside what an installer has; where none
 * is there, what was named is told all the same.
 */
function findDataDir(
  root: string,
  origins: readonly Origin[],
  distribution: FoundDistribution | undefined,
): Sourced<string> | undefined {
  const named = origins.flatMap(({ source, settings, at }): Sourced<string>[] =>
    settings.dataDir === undefined ? [] : [{ value: at(settings.dataDir), source }],
  );
  const usual = below(root, '/var/lib/etcd');
  const known = [
    ...(distribution ? [{ value: distribution.dataDir, source: distribution.source }] : []),
    { value: usual, source: usual },
  ];
  return [...named, ...known].find(({ value }) => isThere(join(value, 'member'))) ?? named[0];
}
