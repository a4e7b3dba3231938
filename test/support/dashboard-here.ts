/** A dashboard in this process, with pages and actions of the test. */
import { once } from 'node:events';
import { startDashboard } from '../../src/surfaces/dashboard/start.js';
import { callApart } from '../../src/surfaces/cli/call-apart.js';
import { callCommand } from '../../src/surfaces/cli/call-command.js';
import type { DashboardSettings } from '../../src/surfaces/dashboard/types.js';
import { contextFor } from '../surfaces/cli/run-cli.js';
import type { DashboardPlace } from './dashboard-process.js';

export type DashboardHere = {
  readonly link: string;
  /** At the end of a test, before its folder goes. */
  readonly end: () => Promise<void>;
};

export async function dashboardHere(
  place: DashboardPlace,
  more: Partial<DashboardSettings> = {},
): Promise<DashboardHere> {
  const context = contextFor(place);
  const ending = new AbortController();
  const listening = new EventTarget();
  let link = '';
  const ended = startDashboard({
    workspace: context.workspace(),
    pages: [],
    actions: [],
    callOn: (workspace) => callCommand(context, { door: 'dashboard', workspace }),
    callApart: callApart(context),
    place: { host: '127.0.0.1', port: 0 },
    readOnly: false,
    signal: ending.signal,
    say: (line) => {
      if (!/\/enter\?token=/.test(line)) return;
      link = line;
      listening.dispatchEvent(new Event('link'));
    },
    ...more,
  });
  await Promise.race([once(listening, 'link'), ended]);
  return {
    link,
    end: async () => {
      ending.abort();
      await ended;
      context.workspace().close();
    },
  };
}
