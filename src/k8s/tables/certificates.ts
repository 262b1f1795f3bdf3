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
    Name: name,
    Age: age,
    SignerName: (request, now) => {
      const isBeta = text(request, 'apiVersion') === 'certificates.k8s.io/v1beta1';
      return isBeta && !has(request, 'spec', 'signerName') ? LEGACY_SIGNER : signer(request, now);
    },
    Requestor: (request) => text(request, 'spec', 'username'),
    RequestedDuration: (request) => {
      const seconds = ['spec', 'expirationSeconds'];
      return has(request, ...seconds) ? humanDuration(number(request, seconds) * 1000) : '<none>';
    },
    Condition: signingState,
  }),
  ClusterTrustBundle: defineTable({ Name: name, SignerName: signer }),
  PodCertificateRequest: defineTable({
    Name: name,
    PodName: (request) => text(request, 'spec', 'podName'),
    ServiceAccountName: (request) => text(request, 'spec', 'serviceAccountName'),
    NodeName: (request) => text(request, 'spec', 'nodeName'),
    SignerName: (request) => text(request, 'spec', 'signerName'),
    State: (request) => conditionTypes(request).findLast((type) => ENDS.includes(type)) ?? 'Pending',
    UnverifiedUserAnnotations: (request) => labels(field(request, 'spec', 'unverifiedUserAnnotations')),
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
