/** The pages of plans in the dashboard, and what their forms do. */
import { NocturneError } from '../../../kernel/error.js';
import type { DashboardAction, DashboardPage, Form } from '../../../passes/dashboard-page.js';
import { DECISIONS } from './decisions.js';

export const PLAN_PAGES: readonly DashboardPage[] = [
  {
    path: '/plans',
    nav: { label: 'Plans', order: 40 },
    load: async () => (await import('./plans.js')).plans,
  },
  { path: '/plans/:project', load: async () => (await import('./plan.js')).plan },
  { path: '/plans/:project/:step', load: async () => (await import('./step.js')).step },
];

export const PLAN_ACTIONS: readonly DashboardAction[] = [
  ...DECISIONS.map(
    (word): DashboardAction => ({
      name: `plan-${word}`,
      command: `plan ${word}`,
      previews: true,
      parsed: (form) => ({ args: [named(form, 'project')] }),
    }),
  ),
  {
    name: 'plan-retry',
    command: 'plan retry',
    previews: true,
    parsed: (form) => ({ args: [named(form, 'project'), named(form, 'step')] }),
  },
];

function named(form: Form, field: 'project' | 'step'): string {
  const name = form[field] ?? '';
  if (name !== '') return name;
  throw new NocturneError('USAGE', `the form names no ${field}`);
}
