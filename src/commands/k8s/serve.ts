import { Failure } from '../../base/errors.js';
import { catchingSignals, EndBySignal } from '../../base/signals.js';
import type { CommandSpec, Run } from '../command.js';
import type { K8S_FLAGS } from './group-flags.js';
import { SERVE_FLAGS } from './serve-flags.js';
import { serving } from './serve-session.js';

export const spec = {
  usage: 'k8s serve [options] [-- COMMAND…]',
  description:
    'Serves a read-only Kubernetes API over what etcd has: a cluster whose API server is down, or a snapshot file, at any revision that is still in it. It is made for kubectl, k9s, Helm and other clients of Kubernetes. It listens on the loopback address with a random token, and writes a kubeconfig that only you can read. With a COMMAND it runs that with KUBECONFIG set, ends with it, and passes its exit code on. Several --source make several contexts.',
  examples: [
    'ketcdctl k8s serve -- kubectl get pods -A',
    'ketcdctl --endpoints file:backup.db k8s serve -- kubectl describe pod web-0 -n shop',
    'ketcdctl --endpoints file:backup.db k8s serve # until Ctrl-C; prints the export line for another shell',
    'ketcdctl k8s serve --at 2026-11-26T10:00:00Z -- k9s # as it was',
    'ketcdctl k8s serve --source now= --source yesterday=file:backup.db -- kubectl --context yesterday get deploy -A',
  ],
  flags: SERVE_FLAGS,
  noTimeout: 'unless-given',
} satisfies CommandSpec;

export const run: Run<typeof spec, typeof K8S_FLAGS> = async (context, args, flags) => {
  if (args.length > 0 && flags.dashAt === undefined) {
    throw new Failure(`a command stands behind a --: k8s serve -- ${args.join(' ')}`);
  }
  const { runUser } = await import('./serve-child.js');
  return catchingSignals(context, async (signal) => {
    const session = await serving(context, flags);
    try {
      if (args.length > 0) return await runUser(context, args, session.variables, signal);
      context.stdout.write(`export KUBECONFIG=${session.variables.KUBECONFIG}\n`);
      await context.stdout.flush();
      for (const line of session.description) context.stderr.write(`${line}\n`);
      context.stderr.write('Ctrl-C ends it.\n');
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
      throw new EndBySignal();
    } finally {
      session.close();
    }
  });
};
