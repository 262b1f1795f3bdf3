/** Authentication: users, roles and their permissions. Read at every start: names, summaries and versions alone; a command's code is loaded when it is run. */
import type { CommandEntry } from '../command.js';

// biome-ignore format: a line a command
export const accessCommands: readonly CommandEntry[] = [
  { path: 'auth', summary: 'Switch authentication on and off', etcdctl: '3.4-', group: true },
  { path: 'auth enable', summary: 'Switch authentication on', etcdctl: '3.4-', load: () => import('./auth-enable.js') },
  { path: 'auth disable', summary: 'Switch authentication off', etcdctl: '3.4-', load: () => import('./auth-disable.js') },
  { path: 'auth status', summary: 'Show whether authentication is on', etcdctl: '3.5-', load: () => import('./auth-status.js') },
  { path: 'user', summary: 'Manage users', etcdctl: '3.4-', group: true },
  { path: 'user add', summary: 'Add a user', etcdctl: '3.4-', load: () => import('./user-add.js') },
  { path: 'user delete', summary: 'Delete a user', etcdctl: '3.4-', load: () => import('./user-delete.js') },
  { path: 'user get', summary: 'Show a user', etcdctl: '3.4-', load: () => import('./user-get.js') },
  { path: 'user list', summary: 'List the users', etcdctl: '3.4-', load: () => import('./user-list.js') },
  { path: 'user passwd', summary: "Change a user's password", etcdctl: '3.4-', load: () => import('./user-passwd.js') },
  { path: 'user grant-role', summary: 'Grant a role to a user', etcdctl: '3.4-', load: () => import('./user-grant-role.js') },
  { path: 'user revoke-role', summary: 'Revoke a role from a user', etcdctl: '3.4-', load: () => import('./user-revoke-role.js') },
  { path: 'role', summary: 'Manage roles', etcdctl: '3.4-', group: true },
  { path: 'role add', summary: 'Add a role', etcdctl: '3.4-', load: () => import('./role-add.js') },
  { path: 'role delete', summary: 'Delete a role', etcdctl: '3.4-', load: () => import('./role-delete.js') },
  { path: 'role get', summary: 'Show a role', etcdctl: '3.4-', load: () => import('./role-get.js') },
  { path: 'role list', summary: 'List the roles', etcdctl: '3.4-', load: () => import('./role-list.js') },
  { path: 'role grant-permission', summary: 'Grant a permission on keys to a role', etcdctl: '3.4-', load: () => import('./role-grant-permission.js') },
  { path: 'role revoke-permission', summary: 'Revoke a permission on keys from a role', etcdctl: '3.4-', load: () => import('./role-revoke-permission.js') },
];
