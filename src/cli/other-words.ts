/** Words that people bring from kubectl, etcdctl's old API and other tools: what they are here. */

/** By the group (empty: the top) and the word. */
const WORDS: Readonly<Record<string, string>> = {
  ' health': 'endpoint health',
  ' status': 'endpoint status',
  ' members': 'member list',
  ' du': 'k8s du',
  ' kinds': 'k8s kinds',
  ' events': 'k8s events',
  ' top': 'k8s top, who writes to etcd (how busy pods and nodes are is not in etcd)',
  ' export': 'k8s export',
  ' edit': 'k8s edit',
  ' apply': 'k8s apply',
  ' delete': 'del for a key, k8s delete for an object',
  ' create': 'put for a key, k8s apply for an object',
  ' describe': 'k8s serve -- kubectl describe …',
  ' explain': 'k8s serve -- kubectl explain …',
  ' api-resources': 'k8s kinds',
  ' save': 'snapshot save',
  ' restore': 'snapshot restore',
  ' compact': 'compaction',
  ' find': 'get --prefix --keys-only',
  ' keys': 'get --prefix --keys-only',
  ' cat': 'get --print-value-only',
  ' set': 'put, or v2 set for the old API',
  'member rm': 'member remove',
  'member delete': 'member remove',
  'member ls': 'member list',
  'endpoint list': 'member list',
  'snapshot backup': 'snapshot save',
  'snapshot create': 'snapshot save',
  'snapshot info': 'snapshot status',
  'lease ls': 'lease list',
  'lease get': 'lease timetolive',
  'lease create': 'lease grant',
  'lease delete': 'lease revoke',
  'user ls': 'user list',
  'user create': 'user add',
  'user rm': 'user delete',
  'role ls': 'role list',
  'role create': 'role add',
  'role rm': 'role delete',
  'alarm clear': 'alarm disarm',
  'alarm ls': 'alarm list',
  'k8s describe': 'k8s serve -- kubectl describe …',
};

const NOT_IN_ETCD = 'what runs in a container is not in etcd: ask the node, by crictl';

/** What is asked of nodes, not of etcd. */
const NODE_WORDS: Readonly<Record<string, string>> = {
  logs: `${NOT_IN_ETCD} logs`,
  exec: `${NOT_IN_ETCD} exec`,
  attach: `${NOT_IN_ETCD} attach`,
  'port-forward': `${NOT_IN_ETCD} port-forward`,
};

/**
 * Where a word leads that is no command.
 * @param group the words of the group before it; empty at the top
 */
export function hintForWord(group: string, word: string): string | undefined {
  const key = `${group} ${word}`;
  if (Object.hasOwn(WORDS, key)) return `that is: ketcdctl ${WORDS[key]}`;
  return (group === '' || group === 'k8s') && Object.hasOwn(NODE_WORDS, word) ? NODE_WORDS[word] : undefined;
}

/** kubectl's flags, by name without dashes. */
const KUBECTL_FLAGS: Readonly<Record<string, string>> = {
  o: 'the format is -w: yaml, jsonl, json, table; objects as kubectl shows them: k8s get TYPE -o yaml',
  output: 'the format is -w: yaml, jsonl, json, table; objects as kubectl shows them: k8s get TYPE -o yaml',
  A: 'get takes keys; objects of all namespaces: k8s get TYPE -A',
  'all-namespaces': 'get takes keys; objects of all namespaces: k8s get TYPE -A',
  n: 'get takes keys; objects of a namespace: k8s get TYPE -n NAMESPACE',
  namespace: 'get takes keys; objects of a namespace: k8s get TYPE -n NAMESPACE',
  l: 'get takes keys; objects with a label: k8s get TYPE -l name=value',
  selector: 'get takes keys; objects with a label: k8s get TYPE -l name=value',
  kubeconfig: 'etcd is asked, and no API server: --endpoints, --cacert, --cert and --key',
};

/** What a flag of kubectl's is here, for a command that does not have it. */
export function hintForFlag(name: string): string | undefined {
  return Object.hasOwn(KUBECTL_FLAGS, name) ? KUBECTL_FLAGS[name] : undefined;
}
