/** Services and what is behind and before them. */
import { ago, type RowCase, testRows } from './tables-support.js';

const balanced = (...ingress: object[]) => ({ loadBalancer: { ingress } });
const tcp = { port: 80, protocol: 'TCP' };

const services: RowCase[] = [
  [
    'inside the cluster',
    {
      spec: {
        type: 'ClusterIP',
        clusterIP: '10.96.0.1',
        clusterIPs: ['10.96.0.1'],
        ports: [tcp, { port: 53, protocol: 'UDP' }],
        selector: { b: '2', a: '1' },
      },
    },
    {
      TYPE: 'ClusterIP',
      'CLUSTER-IP': '10.96.0.1',
      'EXTERNAL-IP': '<none>',
      'PORT(S)': '80/TCP,53/UDP',
      SELECTOR: 'a=1,b=2',
    },
  ],
  [
    'of releases before 1.20',
    { spec: { clusterIP: '10.96.0.7', ports: [{ port: 1 }] } },
    { TYPE: 'ClusterIP', 'CLUSTER-IP': '10.96.0.7', 'PORT(S)': '1/TCP' },
  ],
  [
    'headless',
    { spec: { type: 'ClusterIP', clusterIP: 'None', clusterIPs: ['None'] } },
    { 'CLUSTER-IP': 'None', 'PORT(S)': '<none>', SELECTOR: '<none>' },
  ],
  [
    'with addresses of its own',
    { spec: { type: 'ClusterIP', externalIPs: ['1.2.3.4', '5.6.7.8'] } },
    { 'EXTERNAL-IP': '1.2.3.4,5.6.7.8' },
  ],
  [
    'on a port of the nodes',
    {
      spec: {
        type: 'NodePort',
        ports: [
          { ...tcp, nodePort: 30080 },
          { port: 443, protocol: 'TCP', nodePort: 30443 },
        ],
      },
    },
    { 'EXTERNAL-IP': '<none>', 'PORT(S)': '80:30080/TCP,443:30443/TCP' },
  ],
  [
    'waits for its balancer',
    { spec: { type: 'LoadBalancer' }, status: { loadBalancer: {} } },
    { 'EXTERNAL-IP': '<pending>' },
  ],
  [
    'behind a balancer',
    {
      spec: { type: 'LoadBalancer' },
      status: balanced(
        { ip: '203.0.113.9' },
        { hostname: 'b.example.com' },
        { ip: '203.0.113.10', hostname: 'unused' },
      ),
    },
    { 'EXTERNAL-IP': '203.0.113.10,203.0.113.9,b.example.com' },
  ],
  [
    'behind a balancer, with an address of its own',
    { spec: { type: 'LoadBalancer', externalIPs: ['1.1.1.1'] }, status: balanced({ ip: '9.9.9.9' }) },
    { 'EXTERNAL-IP': '9.9.9.9,1.1.1.1' },
  ],
  [
    'waits, but has an address of its own',
    { spec: { type: 'LoadBalancer', externalIPs: ['1.1.1.1'] } },
    { 'EXTERNAL-IP': '1.1.1.1' },
  ],
  [
    'a long name is not cut',
    { spec: { type: 'LoadBalancer' }, status: balanced({ hostname: 'a-very-long-name.elb.example.com' }) },
    { 'EXTERNAL-IP': 'a-very-long-name.elb.example.com' },
  ],
  [
    'another name',
    { spec: { type: 'ExternalName', externalName: 'db.example.com' } },
    { TYPE: 'ExternalName', 'CLUSTER-IP': '<none>', 'EXTERNAL-IP': 'db.example.com' },
  ],
  ['a type of the future', { spec: { type: 'Warp' } }, { 'EXTERNAL-IP': '<unknown>' }],
];
testRows('', 'Service', services);

const subset = (ips: string[], ...ports: number[]) => ({
  addresses: ips.map((ip) => ({ ip })),
  ports: ports.map((port) => ({ port })),
});

testRows('', 'Endpoints', [
  ['nothing', { metadata: { name: 'e' } }, { ENDPOINTS: '<none>' }],
  [
    'none that is ready',
    { subsets: [{ notReadyAddresses: [{ ip: '10.0.0.1' }], ports: [{ port: 80 }] }] },
    { ENDPOINTS: '' },
  ],
  [
    'three',
    { subsets: [subset(['10.0.0.1', '10.0.0.2', '10.0.0.3'], 80)] },
    { ENDPOINTS: '10.0.0.1:80,10.0.0.2:80,10.0.0.3:80' },
  ],
  [
    'ports before addresses',
    { subsets: [subset(['10.0.0.1', '10.0.0.2'], 80, 443)] },
    { ENDPOINTS: '10.0.0.1:80,10.0.0.2:80,10.0.0.1:443 + 1 more...' },
  ],
  [
    'many subsets',
    { subsets: [subset(['10.0.0.1', '10.0.0.2'], 80), subset(['10.0.0.3', '10.0.0.4', '10.0.0.5'], 81)] },
    { ENDPOINTS: '10.0.0.1:80,10.0.0.2:80,10.0.0.3:81 + 2 more...' },
  ],
  [
    'without ports',
    { subsets: [subset(['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4'])] },
    { ENDPOINTS: '10.0.0.1,10.0.0.2,10.0.0.3 + 1 more...' },
  ],
  ['IPv6', { subsets: [subset(['fd00::1'], 80)] }, { ENDPOINTS: '[fd00::1]:80' }],
]);

testRows('discovery.k8s.io', 'EndpointSlice', [
  ['nothing', { addressType: 'IPv4' }, { ADDRESSTYPE: 'IPv4', PORTS: '<unset>', ENDPOINTS: '<unset>' }],
  [
    'more than three',
    {
      ports: [{ port: 1 }, { port: 2 }, { port: 3 }, { port: 4 }, { port: 5 }],
      endpoints: [{ addresses: ['a', 'b'] }, { addresses: ['c', 'd'] }],
    },
    { PORTS: '1,2,3 + 2 more...', ENDPOINTS: 'a,b,c + 1 more...' },
  ],
  ['a port that has a name only', { ports: [{ name: 'http' }, {}] }, { PORTS: 'http,' }],
]);

const hosts = (...names: string[]) => ({ spec: { rules: names.map((host) => (host ? { host } : {})) } });

testRows('networking.k8s.io', 'Ingress', [
  ['nothing said', { spec: {}, status: {} }, { CLASS: '<none>', HOSTS: '*', ADDRESS: '', PORTS: '80' }],
  [
    'with TLS',
    {
      spec: { ingressClassName: 'nginx', tls: [{}], rules: [{ host: 'a.example.com' }] },
      status: balanced({ ip: '1.2.3.4' }, { hostname: 'x' }),
    },
    { CLASS: 'nginx', HOSTS: 'a.example.com', ADDRESS: '1.2.3.4,x', PORTS: '80, 443' },
  ],
  ['any host', hosts('', ''), { HOSTS: '*' }],
  ['three hosts', hosts('a', 'b', 'c'), { HOSTS: 'a,b,c' }],
  ['five hosts', hosts('a', 'b', 'c', 'd', 'e'), { HOSTS: 'a,b,c + 2 more...' }],
  ['rules without a host among them', hosts('', 'a', 'b', 'c'), { HOSTS: 'a,b,c' }],
  ['rules without a host after them', hosts('a', 'b', 'c', ''), { HOSTS: 'a,b,c + 1 more...' }],
  ['a host twice', hosts('a', 'b', 'a', ''), { HOSTS: 'a,b,a + 1 more...' }],
]);

testRows('extensions', 'Ingress', [
  [
    'of the first version',
    { spec: { backend: { serviceName: 's' }, rules: [{ host: 'h' }] } },
    { HOSTS: 'h', CLASS: '<none>' },
  ],
]);

testRows('networking.k8s.io', 'IngressClass', [
  [
    'the default',
    {
      metadata: { name: 'nginx', annotations: { 'ingressclass.kubernetes.io/is-default-class': 'true' } },
      spec: { controller: 'k8s.io/ingress-nginx' },
    },
    { NAME: 'nginx (default)', CONTROLLER: 'k8s.io/ingress-nginx', PARAMETERS: '<none>' },
  ],
  [
    'with parameters',
    { metadata: { name: 'x' }, spec: { parameters: { apiGroup: 'example.com', kind: 'Config', name: 'c' } } },
    { NAME: 'x', PARAMETERS: 'Config.example.com/c' },
  ],
  [
    'with parameters in the core group',
    { spec: { parameters: { kind: 'ConfigMap', name: 'c' } } },
    { PARAMETERS: 'ConfigMap/c' },
  ],
]);

testRows('networking.k8s.io', 'NetworkPolicy', [
  [
    'all pods',
    { metadata: { name: 'n', creationTimestamp: ago(86400 * 400) }, spec: { podSelector: {} } },
    { 'POD-SELECTOR': '<none>', AGE: '400d' },
  ],
  [
    'some pods',
    {
      spec: {
        podSelector: {
          matchLabels: { tier: 'db' },
          matchExpressions: [
            { key: 'app', operator: 'NotIn', values: ['z', 'a'] },
            { key: 'old', operator: 'DoesNotExist' },
          ],
        },
      },
    },
    { 'POD-SELECTOR': 'app notin (a,z),!old,tier=db' },
  ],
  [
    'an operator that is none',
    { spec: { podSelector: { matchExpressions: [{ key: 'a', operator: 'Like' }] } } },
    { 'POD-SELECTOR': '<error>' },
  ],
  ['a value that is none', { spec: { podSelector: { matchLabels: { a: 'b c' } } } }, { 'POD-SELECTOR': '<error>' }],
]);

testRows('networking.k8s.io', 'IPAddress', [
  [
    'of a service',
    {
      metadata: { name: '10.96.0.1' },
      spec: { parentRef: { resource: 'services', namespace: 'default', name: 'kubernetes' } },
    },
    { NAME: '10.96.0.1', PARENTREF: 'services/default/kubernetes' },
  ],
  [
    'of something in the cluster',
    { spec: { parentRef: { group: 'Example.com', resource: 'Gates', name: 'g' } } },
    { PARENTREF: 'gates.example.com/g' },
  ],
  ['of nobody', { spec: {} }, { PARENTREF: '<none>' }],
]);

testRows('networking.k8s.io', 'ClusterCIDR', [
  [
    'of some nodes',
    {
      spec: {
        perNodeHostBits: 8,
        ipv4: '10.0.0.0/8',
        nodeSelector: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'z', operator: 'In', values: ['a', 'b'] }] }] },
      },
    },
    { PERNODEHOSTBITS: '8', IPV4: '10.0.0.0/8', IPV6: '<none>', NODESELECTOR: 'MatchExpressions: [{z In [a b]}]' },
  ],
]);
