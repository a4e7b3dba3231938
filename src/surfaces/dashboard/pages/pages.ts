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
