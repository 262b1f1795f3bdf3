import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commands } from '../../src/cli/command-table.js';
import { hintForFlag, hintForWord } from '../../src/cli/other-words.js';
import { runLine } from './support.js';

test('words of other tools lead to commands that are there', async () => {
  const cases: [string[], RegExp][] = [
    [['health'], /^Hint: that is: ketcdctl endpoint health$/m],
    [['member', 'rm', '1'], /^Hint: that is: ketcdctl member remove$/m],
    [['describe', 'pod', 'x'], /k8s serve -- kubectl describe/],
    [['logs', 'x'], /crictl logs/],
    [['get', '-o', 'yaml', 'x'], /k8s get TYPE -o yaml/],
    [['get', 'pods', '-A'], /k8s get TYPE -A/],
    [['get', '--all-namespaces', 'pods'], /k8s get TYPE -A/],
    [['--endpoints', 'package.json', 'get', 'x'], /^Hint: to read it .*--endpoints file:package\.json$/m],
  ];
  for (const [argv, hint] of cases) {
    const { exit, stderr } = await runLine('ketcdctl', argv);
    assert.notEqual(exit, 0);
    assert.match(stderr, hint, argv.join(' '));
  }
  const { stderr } = await runLine('etcdctl', ['health']);
  assert.doesNotMatch(stderr, /Hint/);
});

test('hints name no command that is not there', () => {
  const paths = commands.map(({ path }) => path);
  for (const path of paths) {
    const [word = ''] = path.split(' ').slice(-1);
    const group = path.split(' ').slice(0, -1).join(' ');
    assert.equal(hintForWord(group, word), undefined, `${path} is a command, and no word of another tool`);
  }
  assert.match(hintForWord('', 'du')!, /k8s du/);
  assert.equal(hintForWord('', 'constructor'), undefined);
  assert.equal(hintForFlag('constructor'), undefined);
});
