/** Repairs one finding, after its difference was shown. */
import { NocturneError } from '../../../../kernel/error.js';
import type { DashboardAction } from '../../../../passes/dashboard-page.js';

export const FINDING_ACTIONS: readonly DashboardAction[] = [
  {
    name: 'fix-finding',
    command: 'validate',
    previews: true,
    parsed: ({ at: place = '', rule = '' }) => {
      if (place === '' || rule === '')
        throw new NocturneError('USAGE', 'the form names no finding');
      return { options: { fix: true, at: place, rule } };
    },
  },
];
