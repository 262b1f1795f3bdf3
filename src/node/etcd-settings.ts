/** The settings of an etcd that tell a client how to reach it, from the words or the environment that it was started with. */

export interface EtcdSettings {
  name?: string;
  clientUrls: string[];
  metricsUrls: string[];
  /** The CA that clients' certificates are checked against, which is usually that of the server's certificate as well. */
  trustedCaFile?: string;
  certFile?: string;
  keyFile?: string;
  clientCertAuth: boolean;
  dataDir?: string;
  configFile?: string;
  /** Whether it was started with --force-new-cluster: as a cluster of its own made of its data. */
  forceNewCluster: boolean;
}

/** etcd's options by name, without dashes, from the words of a command line: `--name=value`, `--name value`, one dash or two. */
export function optionsOfWords(words: readonly string[]): Map<string, string> {
  const options = new Map<string, string>();
  for (let at = 0; at < words.length; at++) {
    const match = /^--?([a-z][a-z0-9-]*)(?:=([\s\S]*))?$/.exec(words[at]!);
    if (match === null) continue;
    const [, name, value] = match;
    const next = words[at + 1];
    if (value !== undefined) options.set(name!, value);
    else options.set(name!, next !== undefined && !next.startsWith('-') ? next : 'true');
  }
  return options;
}

/** The same from variables: `ETCD_LISTEN_CLIENT_URLS` is `listen-client-urls`. */
export function optionsOfVariables(variables: ReadonlyMap<string, string>): Map<string, string> {
  const options = new Map<string, string>();
  for (const [name, value] of variables) {
    if (name.startsWith('ETCD_') && value !== '') options.set(name.slice(5).toLowerCase().replaceAll('_', '-'), value);
  }
  return options;
}

/**
 * The same from any text that has the words in it, a static pod's manifest or a unit: `--name=value` in whatever quotes.
 * Words whose value stands apart are not found so.
 */
export function optionsOfText(text: string): Map<string, string> {
  const found = text.matchAll(/(?<![\w-])--([a-z][a-z0-9-]*)=("[^"\n]*"|'[^'\n]*'|[^\s"'\]]*)/g);
  return new Map(Array.from(found, ([, name, value]) => [name!, value!.replace(/^["']|["',]$/g, '')]));
}

/** What the options say; a flag wins over a variable, as it does for etcd. */
export function settingsOf(...options: readonly ReadonlyMap<string, string>[]): EtcdSettings {
  const get = (name: string) => options.map((each) => each.get(name)).find((value) => value !== undefined);
  const listen = urls(get('listen-client-urls'));
  const settings: EtcdSettings = {
    clientUrls: listen.length > 0 ? listen : urls(get('advertise-client-urls')),
    metricsUrls: urls(get('listen-metrics-urls')),
    clientCertAuth: get('client-cert-auth') === 'true',
    forceNewCluster: get('force-new-cluster') === 'true',
  };
  const texts = {
    name: get('name'),
    trustedCaFile: get('trusted-ca-file') ?? get('ca-file'),
    certFile: get('cert-file'),
    keyFile: get('key-file'),
    dataDir: get('data-dir'),
    configFile: get('config-file'),
  };
  for (const [name, value] of Object.entries(texts)) if (value) Object.assign(settings, { [name]: value });
  return settings;
}

function urls(list: string | undefined): string[] {
  return (list ?? '')
    .split(',')
    .map((url) => url.trim())
    .filter(Boolean);
}

/**
 * Where a client of this node asks: an address of all interfaces is asked by loopback, and loopback comes first, for it is there
 * whatever becomes of the network.
 */
export function endpointsOf(clientUrls: readonly string[]): string[] {
  const endpoints = clientUrls.map((url) =>
    url.replace('//0.0.0.0:', '//127.0.0.1:').replace('//[::]:', '//127.0.0.1:'),
  );
  const isLoopback = (url: string) => /\/\/(127\.|localhost|\[::1\])/.test(url);
  const loopback = endpoints.filter(isLoopback);
  return [...new Set(loopback.length > 0 ? loopback.slice(0, 1) : endpoints)];
}
