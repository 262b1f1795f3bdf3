import { type Fields, field } from '../../k8s-decode/value.js';
import { humanDuration } from './age.js';
import { age, name, orNone } from './cells.js';
import { type Cell, defineTable } from './define.js';
import { has, list, number, text } from './read.js';
import { labels } from './selector.js';

/** Who signs requests that name nobody, which releases before 1.18 took. */
const LEGACY_SIGNER = 'kubernetes.io/legacy-unknown';

const signer: Cell = (object) => orNone(text(object, 'spec', 'signerName'));

export const tables = {
  CertificateSigningRequest: defineTable({
    NAME: name,
    AGE: age,
    SIGNERNAME: (request, now) => {
      const isBeta = text(request, 'apiVersion') === 'certificates.k8s.io/v1beta1';
      return isBeta && !has(request, 'spec', 'signerName') ? LEGACY_SIGNER : signer(request, now);
    },
    REQUESTOR: (request) => text(request, 'spec', 'username'),
    REQUESTEDDURATION: (request) => {
      const seconds = ['spec', 'expirationSeconds'];
      return has(request, ...seconds) ? humanDuration(number(request, seconds) * 1000) : '<none>';
    },
    CONDITION: signingState,
  }),
  ClusterTrustBundle: defineTable({ NAME: name, SIGNERNAME: signer }),
  PodCertificateRequest: defineTable({
    NAME: name,
    PODNAME: (request) => text(request, 'spec', 'podName'),
    SERVICEACCOUNTNAME: (request) => text(request, 'spec', 'serviceAccountName'),
    NODENAME: (request) => text(request, 'spec', 'nodeName'),
    SIGNERNAME: (request) => text(request, 'spec', 'signerName'),
    STATE: (request) => conditionTypes(request).findLast((type) => ENDS.includes(type)) ?? 'Pending',
    UNVERIFIEDUSERANNOTATIONS: (request) => labels(field(request, 'spec', 'unverifiedUserAnnotations')),
  }),
};

/** The conditions that a request for a pod's certificate ends with. */
const ENDS = ['Issued', 'Denied', 'Failed'];

function conditionTypes(request: Fields): string[] {
  return list(request, 'status', 'conditions').map((each) => text(each, 'type'));
}

/** `Approved,Issued`. */
function signingState(request: Fields): string {
  const types = conditionTypes(request);
  const decision = ['Denied', 'Approved'].find((type) => types.includes(type)) ?? 'Pending';
  const failed = types.includes('Failed') ? ',Failed' : '';
  return decision + failed + (text(request, 'status', 'certificate') === '' ? '' : ',Issued');
}
