/** Ends a session of the dashboard. */
import { NocturneError } from '../../../../kernel/error.js';
import type { DashboardAction } from '../../../../passes/dashboard-page.js';

export const TRUST_ACTIONS: readonly DashboardAction[] = [
  {
    name: 'revoke-session',
    command: 'dashboard revoke',
    parsed: ({ id = '' }) => {
      if (id === '') throw new NocturneError('USAGE', 'the form names no session');
      return { args: [id] };
    },
  },
];
