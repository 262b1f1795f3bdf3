/** Authentication: users, roles and their permissions. Read at every start: names, summaries and versions alone; a command's code is loaded when it is run. */
import type { CommandEntry } from '../command.js';

// biome-ignore format: a line a command
export const accessCommands: readonly CommandEntry[] = [
  { path: 'auth', summary: 'Switch authentication on and off', etcdctl: '3.4-', group: true },
  { path: 'auth enable', summary: 'Switch authentication on', etcdctl: '3.4-', load: async () => (await import('./auth.js')).enable },
  { path: 'auth disable', summary: 'Switch authentication off', etcdctl: '3.4-', load: async () => (await import('./auth.js')).disable },
  { path: 'auth status', summary: 'Show whether authentication is on', etcdctl: '3.5-', load: async () => (await import('./auth.js')).status },
  { path: 'user', summary: 'Manage users', etcdctl: '3.4-', group: true },
  { path: 'user add', summary: 'Add a user', etcdctl: '3.4-', load: async () => (await import('./user.js')).add },
  { path: 'user delete', summary: 'Delete a user', etcdctl: '3.4-', load: async () => (await import('./user.js')).remove },
  { path: 'user get', summary: 'Show a user', etcdctl: '3.4-', load: async () => (await import('./user.js')).get },
  { path: 'user list', summary: 'List the users', etcdctl: '3.4-', load: async () => (await import('./user.js')).list },
  { path: 'user passwd', summary: "Change a user's password", etcdctl: '3.4-', load: async () => (await import('./user.js')).passwd },
  { path: 'user grant-role', summary: 'Grant a role to a user', etcdctl: '3.4-', load: async () => (await import('./user.js')).grantRole },
  { path: 'user revoke-role', summary: 'Revoke a role from a user', etcdctl: '3.4-', load: async () => (await import('./user.js')).revokeRole },
  { path: 'role', summary: 'Manage roles', etcdctl: '3.4-', group: true },
  { path: 'role add', summary: 'Add a role', etcdctl: '3.4-', load: async () => (await import('./role.js')).add },
  { path: 'role delete', summary: 'Delete a role', etcdctl: '3.4-', load: async () => (await import('./role.js')).remove },
  { path: 'role get', summary: 'Show a role', etcdctl: '3.4-', load: async () => (await import('./role.js')).get },
  { path: 'role list', summary: 'List the roles', etcdctl: '3.4-', load: async () => (await import('./role.js')).list },
  { path: 'role grant-permission', summary: 'Grant a permission on keys to a role', etcdctl: '3.4-', load: async () => (await import('./role.js')).grantPermission },
  { path: 'role revoke-permission', summary: 'Revoke a permission on keys from a role', etcdctl: '3.4-', load: async () => (await import('./role.js')).revokePermission },
];
