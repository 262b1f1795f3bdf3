import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runLine } from '../cli/support.js';
import { skipWithoutEtcd, startCluster } from '../support/etcd.js';
import { flagsFor } from '../support/running.js';

test('a real cluster by mutual TLS, then with a member down, then without a quorum', {
  skip: skipWithoutEtcd(),
}, async (t) => {
  const { members } = await startCluster(t, 3, { tls: 'mutual' });
  const flags = flagsFor(members[0]!);
  const doctor = async () => {
    const { stdout, stderr } = await runLine('ketcdctl', [...flags, 'doctor', '-o', 'json', '--watch-for', '1s']);
    const { exitCode, findings } = JSON.parse(
      stdout || `{"exitCode": -1, "findings": [], "stderr": ${JSON.stringify(stderr)}}`,
    );
    // How fast the disk and the network are does not matter here, and the certificates of tests live for days.
    const ids = (findings as { id: string }[])
      .map(({ id }) => id)
      .filter((id) => !/slow|overload|leader-changes|certificate-ends/.test(id));
    return { exitCode, ids };
  };
  const well = await doctor();
  assert.ok(well.exitCode < 2, JSON.stringify(well));
  assert.deepEqual(well.ids, []);
  await members[2]!.stop();
  assert.deepEqual(await doctor(), { exitCode: 2, ids: ['fault-tolerance', 'member-unreachable'] });
  await members[1]!.stop();
  const lost = await doctor();
  assert.deepEqual(lost.ids.slice(0, 3), ['no-quorum', 'member-unreachable', 'member-unreachable']);
});
