import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Failure } from '../../src/base/errors.js';
import { parseJson } from '../../src/k8s-decode/json/json.js';
import { type Data, Struct, Template } from '../../src/output/go-template/index.js';

const POD = parseJson(
  '{"kind":"Pod","n":3,"f":1.5,"big":9007199254740993,"none":null,"yes":true,"labels":{"b":"2","a":"1"},"items":[{"x":1},{"x":2},{"y":3}],"empty":[]}',
);
const data = new Struct('*data.KeySummary', {
  Key: () => '/registry/pods/a',
  Version: () => 3,
  Value: () => POD,
  Stats: () => new Struct('*data.Stats', { Size: () => 42 }),
});

function render(template: string, dot: Data = data): string {
  return new Template('t', template).render(dot);
}

test('templates give what text/template of Go gives', () => {
  const table: [template: string, text: string][] = [
    ['plain', 'plain'],
    ['{{.Key}} {{.Version}}', '/registry/pods/a 3'],
    ['{{ .Stats.Size }}', '42'],
    ['{{.Value.kind}}/{{.Value.n}}/{{.Value.f}}/{{.Value.big}}', 'Pod/3/1.5/9007199254740993'],
    ['{{.Value.nosuch}} {{.Value.nosuch.more}} {{.Value.none}}', '<no value> <no value> <no value>'],
    ['{{.Value.labels}} {{.Value.empty}} {{.Value.items}}', 'map[a:1 b:2] [] [map[x:1] map[x:2] map[y:3]]'],
    ['{{range $k, $v := .Value.labels}}{{$k}}={{$v}};{{end}}', 'a=1;b=2;'],
    ['{{range .Value.items}}{{.x}},{{end}}', '1,2,<no value>,'],
    ['{{range $i, $e := .Value.items}}{{if $i}}, {{end}}{{$i}}:{{$e.x}}{{end}}', '0:1, 1:2, 2:<no value>'],
    ['{{range .Value.empty}}x{{else}}none{{end}}', 'none'],
    ['{{range .Value.items}}{{if .y}}{{break}}{{end}}{{.x}}{{end}}', '12'],
    ['{{range .Value.items}}{{if eq .x 1}}{{continue}}{{end}}{{.x}};{{end}}', '2;<no value>;'],
    ['{{range 3}}{{.}}{{end}}', '012'],
    ['{{if .Value.none}}a{{else if .Value.yes}}b{{else}}c{{end}}', 'b'],
    ['{{with .Value.labels}}{{.a}}{{end}}{{with .Value.none}}x{{else}}y{{end}}', '1y'],
    ['{{with .Value.none}}x{{else with .Value.labels}}{{.b}}{{end}}', '2'],
    ['{{$x := .Value.n}}{{if true}}{{$x = 5}}{{end}}{{$x}}', '5'],
    ['{{$x := 1}}{{with .Value.labels}}{{$x := 2}}{{$x}}{{end}}{{$x}}', '21'],
    ['{{$.Key}}{{with .Value}}{{$.Version}}{{end}}', '/registry/pods/a3'],
    ['a {{- .Version -}} b{{/* none */}} {{- /* of it */ -}} c', 'a3bc'],
    ['{{"q\\t\\"\\u00e9"}}{{`raw\\n`}}{{\'a\'}}', 'q\t"éraw\\n97'],
    ['{{index .Value.labels "a"}}{{index .Value.items 1 "x"}}', '12'],
    ['{{(index .Value.items 0).x}}', '1'],
    ['{{len .Value.items}} {{len "é"}} {{len .Value.labels}}', '3 2 2'],
    ['{{slice "abcdef" 1 3}}{{len (slice .Value.items 1)}}', 'bc2'],
    [
      '{{eq .Value.kind "Pod"}} {{eq 1 2 3 1}} {{ne 1 2}} {{lt 1 2}} {{le "b" "a"}} {{gt 2.5 2}} {{ge 2 2}}',
      'true true true true false true true',
    ],
    ['{{and 1 0 2}} {{or 0 "" "x"}} {{not true}} {{and (eq 1 1) "y"}}', '0 x false y'],
    ['{{or .Value.none .Value.kind}}{{if and .Value.none .Nosuch}}{{end}}', 'Pod'],
    ['{{.Value.kind | printf "%s-%s" "a"}}', 'a-Pod'],
    ['{{.Value.kind | len | printf "%03d"}}', '003'],
    [
      '{{printf "%q %v %d %5d|%-5s|%05.1f %x %X %t %% %T" "a\\n" nil 7 42 "ab" 2.5 "hi" 255 true 1}}',
      '"a\\n" <nil> 7    42|ab   |002.5 6869 FF true % int64',
    ],
    ['{{printf "%d %s" "x"}}', '%!d(string=x) %!s(MISSING)'],
    ['{{printf "a" 1}}', 'a%!(EXTRA int64=1)'],
    ['{{print 1 2 "a" 3}} {{println "a" 1}}', '1 2a3 a 1\n'],
    ['{{html "<a href=\'x\'>"}} {{urlquery "a b&c"}} {{js "it\'s"}}', "&lt;a href=&#39;x&#39;&gt; a+b%26c it\\'s"],
    ['{{true}} {{nil | printf "%v"}} {{0x10}} {{1e3}} {{-5}}', 'true <nil> 16 1000 -5'],
  ];
  for (const [template, text] of table) assert.equal(render(template), text, template);
});

test('what is no template is told with its line', () => {
  const table: [template: string, message: RegExp][] = [
    ['{{.Key', /^template: t:1: unclosed action$/],
    ['a\n{{if .Key}}x', /^template: t:2: unexpected EOF/],
    ['{{end}}', /unexpected \{\{end\}\}/],
    ['{{else}}', /unexpected \{\{else\}\}/],
    ['{{if 1}}{{else}}{{else}}{{end}}', /unexpected \{\{else\}\}/],
    ['{{Key}}', /function "Key" not defined/],
    ['{{$x}}', /undefined variable "\$x"/],
    ['{{range .Value.items}}{{$y := 1}}{{end}}{{$y}}', /undefined variable/],
    ['{{.Key!}}', /bad character U\+0021 '!'/],
    ['{{"a}}', /unterminated quoted string/],
    ['{{}}', /missing value for command/],
    ['{{.Key | }}', /missing value for command/],
    ['{{.Key 1}}', /can't give argument to non-function/],
    ['{{1 | 2}}', /non executable command/],
    ['{{break}}', /outside \{\{range\}\}/],
    ['{{define "x"}}{{end}}', /not supported/],
    ['{{(.Key}}', /unexpected/],
    [`${'('.repeat(5000)}`, /^nothing$/],
    [`{{${'('.repeat(5000)}}}`, /nested more than/],
    ['{{if 1}}'.repeat(5000), /nested more than/],
  ];
  for (const [template, message] of table) {
    if (message.source === '^nothing$') assert.equal(render(template), template);
    else
      assert.throws(
        () => render(template),
        (error) => error instanceof Failure && message.test(error.message),
        template.slice(0, 50),
      );
  }
});

test('what cannot be evaluated is told with its place', () => {
  const table: [template: string, message: string][] = [
    [
      '{{.Nosuch}}',
      `template: t:1:2: executing "t" at <.Nosuch>: can't evaluate field Nosuch in type *data.KeySummary`,
    ],
    ['x\n {{.Key.x}}', `template: t:2:3: executing "t" at <.Key.x>: can't evaluate field x in type string`],
    [
      '{{index .Value.items 9}}',
      'template: t:1:2: executing "t" at <index>: error calling index: index out of range: 9',
    ],
    ['{{len 1}}', 'template: t:1:2: executing "t" at <len>: error calling len: len of type int64'],
    ['{{lt 1 "a"}}', 'template: t:1:2: executing "t" at <lt>: error calling lt: incompatible types for comparison'],
    ['{{range .Key}}{{end}}', `template: t:1:8: executing "t" at <.Key>: range can't iterate over /registry/pods/a`],
    [
      '{{range 99999999999}}{{end}}',
      `template: t:1:8: executing "t" at <99999999999>: range can't iterate over 99999999999`,
    ],
  ];
  for (const [template, message] of table) assert.throws(() => render(template), { message }, template);
});

test('any text renders, or fails with a Failure', () => {
  const piece = fc.constantFrom(
    '{{',
    '}}',
    '{{- ',
    ' -}}',
    '.Key',
    '.Value',
    '.x',
    '$',
    '$a',
    ':=',
    '=',
    '|',
    '(',
    ')',
    ',',
    ' ',
    '"a"',
    '`',
    '1',
    'if',
    'else',
    'end',
    'range',
    'with',
    'printf',
    'index',
    'len',
    'eq',
    'and',
    '\n',
    '/*',
    '*/',
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(piece, fc.string({ maxLength: 3 })), { maxLength: 30 }), (pieces) => {
      try {
        render(pieces.join(''));
      } catch (error) {
        assert.ok(error instanceof Failure, String((error as Error).stack));
      }
    }),
    { numRuns: 3000 },
  );
});
