/** The pages of the core, in the order of the navigation, and what their forms do. */
import { NocturneError } from '../../../kernel/error.js';
import type { DashboardAction, DashboardPage } from '../../../passes/dashboard-page.js';

export const PAGES: readonly DashboardPage[] = [
  {
    path: '/',
    nav: { label: 'This morning', order: 10 },
    load: async () => (await import('./morning.js')).morning,
  },
  {
    path: '/night',
    nav: { label: 'Night', order: 20 },
    load: async () => (await import('./night/night.js')).night,
  },
  { path: '/runs/:id', load: async () => (await import('./run/run.js')).run },
  {
    path: '/history',
    nav: { label: 'History', order: 70 },
    load: async () => (await import('./history/history.js')).history,
  },
  { path: '/history/at', load: async () => (await import('./history/at.js')).workspaceAt },
  { path: '/history/page', load: async () => (await import('./history/past-page.js')).pastPage },
  {
    path: '/history/diff',
    load: async () => (await import('./history/difference.js')).difference,
  },
  {
    path: '/history/address',
    load: async () => (await import('./history/one-address.js')).oneAddress,
  },
];

export const ACTIONS: readonly DashboardAction[] = [
  {
    name: 'answer',
    command: 'answer',
    parsed: ({ id = '', text = '' }) => {
      if (id === '') throw new NocturneError('USAGE', 'the form names no question');
      return { args: [id, text] };
    },
  },
  {
    name: 'restore-kept',
    command: 'kept apply',
    previews: true,
    parsed: ({ run = '', path = '' }) => {
      if (run === '' || path === '') throw new NocturneError('USAGE', 'the form names no version');
      return { args: [run, path] };
    },
  },
];
