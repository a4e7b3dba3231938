/** The pages of the core, in the order of the navigation, and what their forms do. */
import { NocturneError } from '../../../kernel/error.js';
import type { DashboardAction, DashboardPage } from '../../../passes/dashboard-page.js';
import { FINDING_ACTIONS } from './findings/actions.js';
import { PROJECT_ACTIONS } from './projects/actions.js';
import { TRUST_ACTIONS } from './trust/actions.js';

export const PAGES: readonly DashboardPage[] = [
  {
    path: '/',
    nav: { label: 'This morning', order: 10 },
    load: async () => (await import('./morning.js')).morning,
  },
  {
    path: '/questions/:id',
    load: async () => (await import('./question.js')).question,
  },
  {
    path: '/night',
    nav: { label: 'Night', order: 20 },
    load: async () => (await import('./night/night.js')).night,
  },
  { path: '/runs/:id', load: async () => (await import('./run/run.js')).run },
  {
    path: '/projects',
    nav: { label: 'Projects', order: 30 },
    load: async () => (await import('./projects/board.js')).projects,
  },
  {
    path: '/projects/:slug',
    load: async () => (await import('./projects/project.js')).project,
  },
  { path: '/file', load: async () => (await import('./file.js')).file },
  {
    path: '/findings',
    nav: { label: 'Findings', order: 50 },
    load: async () => (await import('./findings/findings.js')).findings,
  },
  {
    path: '/findings/rules/:rule',
    load: async () => (await import('./findings/rule.js')).rule,
  },
  {
    path: '/graph',
    nav: { label: 'Graph', order: 60 },
    load: async () => (await import('./graph/graph.js')).graph,
  },
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
  {
    path: '/search',
    nav: { label: 'Search', order: 80 },
    load: async () => (await import('./search/search.js')).search,
  },
  {
    path: '/trust',
    nav: { label: 'Trust', order: 90 },
    load: async () => (await import('./trust/trust.js')).trust,
  },
  {
    path: '/query',
    nav: { label: 'Query', order: 100 },
    load: async () => (await import('./query/query.js')).query,
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
  ...PROJECT_ACTIONS,
  ...FINDING_ACTIONS,
  ...TRUST_ACTIONS,
];
