/** Whether the members can be reached, and with which certificates. */
import { type CertificateFacts, daysLeft } from '../node/certificate.js';
import type { ClusterFacts, MemberFacts } from './facts.js';
import type { Finding } from './finding.js';

const PAGE = 'connect.md';
/** Days before the end of a certificate: kubeadm and its kin renew when they upgrade, so a month is the last chance. */
const SOON = 30;
const VERY_SOON = 7;

export function checkConnections(facts: ClusterFacts): Finding[] {
  return [
    ...facts.members.flatMap(unreachable),
    ...facts.members.flatMap(({ endpoint, certificate }) =>
      certificate ? ending(`the server certificate of ${endpoint}`, certificate, facts.now) : [],
    ),
    ...(facts.clientCertificate
      ? ending(`the client certificate ${facts.clientCertificate.path}`, facts.clientCertificate.facts, facts.now)
      : []),
  ];
}

function unreachable({ endpoint, steps, status, error, hint }: MemberFacts): Finding[] {
  if (status !== undefined) return [];
  const failed = steps.find(({ ok }) => !ok);
  const done = steps.filter(({ ok }) => ok).map(({ step, text }) => `${step}: ${text}`);
  return [
    {
      id: 'member-unreachable',
      severity: 'error',
      what: `${endpoint} does not answer${failed ? `: ${failed.step} fails` : ''}`,
      evidence: [...done, failed ? `${failed.step}: ${failed.text}` : (error ?? 'no answer')].join('; '),
      remedy: failed?.hint ?? hint ?? 'look whether etcd runs there: crictl ps --name etcd, or systemctl status etcd',
      page: 'replace-member.md',
    },
  ];
}

function ending(what: string, certificate: CertificateFacts, now: Date): Finding[] {
  const days = daysLeft(certificate, now);
  if (days > SOON && certificate.notBefore <= now) return [];
  const dates = `${certificate.notBefore.toISOString().slice(0, 10)} to ${certificate.notAfter.toISOString().slice(0, 10)}`;
  const evidence = `subject ${certificate.subject || '(empty)'}, issuer ${certificate.issuer}, valid from ${dates}`;
  const remedy =
    'kubeadm certs renew all, then restart etcd and the API server; elsewhere: the renewal of your installer';
  if (certificate.notBefore > now) {
    return [
      {
        id: 'certificate-not-yet-valid',
        severity: 'error',
        what: `${what} is not valid yet`,
        evidence,
        remedy: 'check the clock of this machine (timedatectl)',
        page: PAGE,
      },
    ];
  }
  if (days < 0) {
    return [
      {
        id: 'certificate-expired',
        severity: 'error',
        what: `${what} has ended ${-days} days ago`,
        evidence,
        remedy,
        page: PAGE,
      },
    ];
  }
  const severity = days <= VERY_SOON ? 'error' : 'warning';
  return [
    { id: 'certificate-ends-soon', severity, what: `${what} ends in ${days} days`, evidence, remedy, page: PAGE },
  ];
}
