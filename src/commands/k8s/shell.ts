import { catchingSignals } from '../../base/signals.js';
import type { CommandSpec, Run } from '../command.js';
import type { K8S_FLAGS } from './group-flags.js';
import { SERVE_FLAGS } from './serve-flags.js';
import { serving } from './serve-session.js';

export const spec = {
  usage: 'k8s shell [options]',
  description:
    'Opens your shell with KUBECONFIG set to a read-only Kubernetes API over what etcd has, as `k8s serve` makes it: kubectl, Helm and other clients work in it. It ends with the shell.',
  examples: ['ketcdctl --endpoints file:backup.db k8s shell', 'ketcdctl k8s shell --rev 4711 # the cluster as it was'],
  flags: SERVE_FLAGS,
  noTimeout: 'unless-given',
} satisfies CommandSpec;

export const run: Run<typeof spec, typeof K8S_FLAGS> = async (context, _args, flags) => {
  const { runUser } = await import('./serve-child.js');
  return catchingSignals(context, async (signal) => {
    const session = await serving(context, flags);
    try {
      for (const line of session.description) context.stderr.write(`${line}\n`);
      const shell = context.env.SHELL || '/bin/sh';
      context.stderr.write(`KUBECONFIG is set in this shell (${shell}); leave it by exit.\n`);
      return await runUser(context, [shell], session.variables, signal, 'SIGHUP');
    } finally {
      session.close();
    }
  });
};
