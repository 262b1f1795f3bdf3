/** Kinds that began in the group `extensions`: the same objects under their first name. */
import { tables as apps } from './apps.js';
import { tables as networking } from './networking.js';
import { tables as policy } from './policy.js';

export const tables = {
  DaemonSet: apps.DaemonSet,
  Deployment: apps.Deployment,
  Ingress: networking.Ingress,
  NetworkPolicy: networking.NetworkPolicy,
  PodSecurityPolicy: policy.PodSecurityPolicy,
  ReplicaSet: apps.ReplicaSet,
};
