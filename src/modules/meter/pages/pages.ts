/** The page of the meter in the dashboard, and its two buttons. */
import type { DashboardAction, DashboardPage } from '../../../passes/dashboard-page.js';

export const SPEND_PAGES: readonly DashboardPage[] = [
  {
    path: '/spend',
    nav: { label: 'Spend', order: 80 },
    load: async () => (await import('./spend-page.js')).spendPage,
  },
];

export const SPEND_ACTIONS: readonly DashboardAction[] = [
  { name: 'spend-stop', command: 'spend stop', previews: true, parsed: () => ({}) },
  { name: 'spend-resume', command: 'spend resume', previews: true, parsed: () => ({}) },
];
