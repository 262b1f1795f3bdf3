/** Where the API server keeps some resources under another name. */
const renamed = new Map(
  Object.entries({
    minions: 'nodes',
    controllers: 'replicationcontrollers',
    'services/specs': 'services',
    'services/endpoints': 'endpoints',
    ingress: 'ingresses',
    podsecuritypolicy: 'podsecuritypolicies',
  }),
);

/** The resource of an etcd key such as `/registry/secrets/default/a`; its group is known only where the key has it. */
function resourceOf(etcdKey: string): { name: string; group: string | undefined } {
  const [first = '', second = ''] = etcdKey.replace(/^\/?[^/]*\//, '').split('/');
  if (first.includes('.')) return { name: second, group: first };
  return { name: renamed.get(`${first}/${second}`) ?? renamed.get(first) ?? first, group: undefined };
}

/**
 * Whether an EncryptionConfiguration's name of resources (`secrets`, `deployments.apps`, `*.apps`, `*.*`) covers a key.
 * Perhaps: it means all of a group, and the key does not tell its group.
 */
export function coversKey(pattern: string, etcdKey: string): 'surely' | 'perhaps' | 'no' {
  const { name, group } = resourceOf(etcdKey);
  const dot = pattern.indexOf('.');
  const patternName = dot < 0 ? pattern : pattern.slice(0, dot);
  const patternGroup = dot < 0 ? '' : pattern.slice(dot + 1);
  if (patternName !== '*' && patternName !== name) return 'no';
  if (patternGroup === '*' || group === patternGroup) return 'surely';
  if (group !== undefined) return 'no';
  return patternName === '*' ? 'perhaps' : 'surely';
}

/**
 * Whether an EncryptionConfiguration's name of resources covers a resource.
 * @param resource `secrets` or `deployments.apps`; a pattern is such a name, `*.apps`, `*.` (the core group) or `*.*`
 */
export function coversResource(pattern: string, resource: string): boolean {
  if (pattern === '*.*') return true;
  const dot = resource.indexOf('.');
  const group = dot < 0 ? '' : resource.slice(dot + 1);
  return pattern.startsWith('*.') ? pattern.slice(2) === group : pattern.replace(/\.$/, '') === resource;
}
