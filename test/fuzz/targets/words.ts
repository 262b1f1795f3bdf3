/** What is written on a command line or a line of standard input. */
import type { Mode } from '../../../src/base/contract.js';
import { type FlagsOf, flagList } from '../../../src/base/flags/declare.js';
import { FlagTable } from '../../../src/base/flags/normalize.js';
import { parseWords } from '../../../src/base/flags/parse.js';
import { argify } from '../../../src/base/go/argify.js';
import { argBytes, bytesArg } from '../../../src/base/go/argument-bytes.js';
import { formatDuration, parseDuration } from '../../../src/base/go/duration.js';
import { goQuote } from '../../../src/base/go/quote.js';
import { goUnquote } from '../../../src/base/go/unquote.js';
import { goUrlText, parseGoUrl } from '../../../src/base/go/url.js';
import { withoutSecrets } from '../../../src/base/secrets.js';
import { flagTable } from '../../../src/cli/command-flags.js';
import { programOf } from '../../../src/cli/program.js';
import { checkPeerUrls } from '../../../src/commands/cluster/peer-urls.js';
import { spec as getSpec } from '../../../src/commands/keys/get.js';
import { parseCompare } from '../../../src/commands/txn/compare.js';
import { LINE_FLAGS, watchKeys, watchRanges } from '../../../src/commands/watch/arguments.js';
import { authorityOf, parseEndpoint, splitEndpoints, targetOf } from '../../../src/connection/endpoints.js';
import { jsonPathTemplate } from '../../../src/k8s/json-path-template.js';
import { labelSelector } from '../../../src/k8s/label-selector.js';
import type { Fields } from '../../../src/k8s-decode/index.js';
import { parseJson } from '../../../src/k8s-decode/json/json.js';
import { canonicalQuantity } from '../../../src/k8s-decode/quantity.js';
import { formatMicroTime, parseTime } from '../../../src/k8s-decode/time.js';
import { Template } from '../../../src/output/go-template/index.js';
import { parseSizeRule } from '../../../src/repair/size-rule.js';
import { runWith } from '../../support/fake-client.js';
import { each, same, type Target, unlessRefused } from '../target.js';

const MODES: readonly Mode[] = [
  { tool: 'ketcdctl' },
  { tool: 'etcdctl', version: '3.4' },
  { tool: 'etcdctl', version: '3.8' },
];

/** Bytes of a line or word that somebody types. */
const LONGEST_LINE = 1 << 15;

function texts(...lines: string[]): () => Buffer[] {
  return () => lines.map((line) => Buffer.from(line));
}

const endpoints: Target = {
  name: 'endpoints',
  seeds: texts(
    '127.0.0.1:2379',
    'https://[::1]:2379,http://b',
    'unix:///run/etcd.sock',
    'https://etcd-0.example.com:2379/path',
    'localhost',
  ),
  words: ['://', '[', ']', '%25', '@', 'unixs:', '?', '#', ',', ':99999', '\0', 'é'],
  run(input) {
    const text = input.toString();
    const parsed = (asEtcdctl: boolean) => () => {
      for (const one of splitEndpoints([text])) {
        const endpoint = parseEndpoint(one, asEtcdctl);
        authorityOf(endpoint);
        targetOf(endpoint);
      }
    };
    return each(parsed(false), parsed(true), () => checkPeerUrls(text.split(',')));
  },
};

const urls: Target = {
  name: 'urls',
  seeds: texts('https://user@etcd.example.com:2379/a%20b?q#f', 'http://[fe80::1%25en0]:80', '/path', 'mailto:x'),
  words: ['%', '%zz', '//', '[', ':', '\\', '%2F'],
  run(input) {
    const url = unlessRefused(() => parseGoUrl(input.toString()), Error);
    // Go writes a path of two slashes as if a host followed, unless it has it as it was given.
    if (!url || (url.host === '' && url.rawPath === undefined && url.path.startsWith('//'))) return;
    const text = goUrlText(url);
    same(goUrlText(parseGoUrl(text)), text, 'URL');
  },
};

const numbers: Target = {
  name: 'numbers',
  seeds: texts(
    '1h2m3.5s',
    '-300ms',
    '0',
    '100m',
    '1.5Gi',
    '12e6',
    '2024-02-29T23:59:59.123456Z',
    '2020-01-01T00:00:00+01:00',
    'dbSize > 2GiB && dbSizeInUse/dbSize < 50%',
  ),
  words: ['h', 'µs', 'ns', 'Ki', 'E', 'e9', '.', '-', 'T', 'Z', '+24:00', '&&', '%', '('],
  run(input) {
    const text = input.toString();
    const duration = unlessRefused(() => parseDuration(text), Error);
    if (duration !== undefined) same(String(parseDuration(formatDuration(duration))), String(duration), 'duration');
    const quantity = canonicalQuantity(text);
    if (quantity !== undefined) same(String(canonicalQuantity(quantity)), quantity, 'quantity');
    const time = parseTime(text);
    const micro = time && formatMicroTime(time.seconds, time.nanoseconds);
    if (micro !== undefined) same(JSON.stringify(parseTime(micro)?.seconds), JSON.stringify(time?.seconds), 'time');
    parseSizeRule(text);
  },
};

const quoting: Target = {
  name: 'quoting',
  seeds: texts(
    '"a\\n\\x00\\u20ac\\U0001f600"',
    '`raw`',
    'get \'a b\' "c\\"d" --prefix',
    'https://u:secret@h --password=x eyJa.b.c',
  ),
  words: [
    '\\',
    '"',
    "'",
    '`',
    '\\377',
    '\\U00110000',
    Buffer.from([0xff]),
    '-----BEGIN PRIVATE KEY-----',
    'eyJ',
    '://',
    'bearer ',
  ],
  async run(whole) {
    const input = whole.subarray(0, LONGEST_LINE);
    const word = bytesArg(input);
    same(argBytes(word).toString('hex'), input.toString('hex'), 'the bytes of a word');
    same(argBytes(goUnquote(goQuote(input)) ?? '').toString('hex'), input.toString('hex'), 'quoted, unquoted');
    goUnquote(word);
    withoutSecrets(word);
    await each(...MODES.map((mode) => () => argify(word, mode)));
  },
};

const flags: Target = {
  name: 'flags',
  seeds: texts(
    '--prefix\na',
    '-w=json\n--limit=5\na\nb',
    '--rev\n7\n--\n-x',
    '--command-timeout=5s\n--endpoints=a,"b,c"',
  ),
  words: ['--', '-', '=', '--prefix=', '--sort-by', '--keepalive-time', '"', '\n', '--no-such', '-wjson'],
  run(input) {
    const words = bytesArg(input).split('\n');
    return each(...MODES.map((mode) => () => parseWords(words, flagTable(programOf(mode), undefined, getSpec))));
  },
};

const txn: Target = {
  name: 'txn',
  seeds: texts('mod("a") > "0"\n\nput a "b c"\nget a --prefix\n\ndel b\n\n', 'value("k") = "v"\nver(`x`) != "1"\n\n\n'),
  words: ['create(', 'lease("', '") = "', '"-1"', '\\x', '--rev=', '\n\n', 'put ', 'del ', '"'],
  async run(input) {
    const text = input.toString();
    await each(...MODES.map((mode) => () => parseCompare(text.split('\n', 1)[0]!, mode)));
    const { stderr } = await runWith(() => ({}), ['--endpoints', 'a:1', 'txn'], undefined, text);
    if (stderr.includes('unexpected failure')) throw new Error(stderr);
  },
};

const watch: Target = {
  name: 'watch-lines',
  seeds: texts('watch /a /b --rev=5 --prev-kv', 'watch --prefix /a -- echo "x y"', 'progress'),
  words: ['--', '--prefix', '--rev=-1', '"', "'", '\\x00', '/a', ' '],
  run(input) {
    const table = new FlagTable(flagList(LINE_FLAGS));
    return each(
      ...MODES.map((mode) => () => {
        const { args, flags: given } = parseWords<FlagsOf<typeof LINE_FLAGS>>(argify(bytesArg(input), mode), table);
        const { keys } = watchKeys(mode, { args, flags: given.values, fromEnv: [], interactive: true });
        watchRanges(mode, keys, given.values);
      }),
    );
  },
};

const POD = parseJson(
  '{"kind":"Pod","metadata":{"name":"web","labels":{"app":"web","tier":"3"}},"items":[1,2.5,"x",null,true,{"a":1}]}',
) as Fields;

const templates: Target = {
  name: 'templates',
  seeds: texts(
    '{.metadata.name}{range .items[*]}{@}{"\\n"}{end}',
    '{{range $i, $x := .items}}{{printf "%v %5d" $i $x}}{{else}}-{{end}}',
    '{{if and .kind (eq .kind "Pod")}}{{.metadata.name | len}}{{end}}',
    'app in (web, db),tier>2,!x',
    '{.items[?(@>1)]}{..name}',
  ),
  words: [
    '{{',
    '}}',
    '{',
    '}',
    '[*]',
    '[?(@.a==1)]',
    '[-1:]',
    '..',
    '{{end}}',
    '{{range .}}',
    '%[3]*.[2]*[1]f',
    '%999999999d',
    'printf',
    'index',
    ' in (',
    'notin',
  ],
  run(input) {
    const text = input.toString();
    return each(
      () => jsonPathTemplate(text)(POD),
      () => labelSelector(text)(POD),
      () => new Template('fuzz', text).render(POD),
    );
  },
};

export const wordTargets = [endpoints, urls, numbers, quoting, flags, txn, watch, templates];
