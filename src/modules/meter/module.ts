/** Module meter: what calls to models cost, and the limits that a call must fit into. */
import { ownerZone } from '../../project/owner-zone.js';
import type { KeptContext } from '../../passes/module.js';
import type { Module } from '../types.js';
import { spend } from './commands/spend.js';
import { spendResume, spendStop } from './commands/spend-stop.js';
import { ledgerProblems } from './ledger/ledger-problems.js';
import { placeText } from './ledger/named-places.js';
import { type Stopped, stoppedUntil } from './ledger/stopped.js';
import { meterDirectory } from './live-meter.js';
import { SPEND_ACTIONS, SPEND_PAGES } from './pages/pages.js';
import { priceProblems } from './page/price-problems.js';
import { spendReport } from './report/spend-report.js';
import { doubts, stoppedText } from './report/spend-text.js';
import { meterCommand } from './server/meter-command.js';
import { meterService } from './server/meter-service.js';

export const module: Module = {
  name: 'meter',
  // Every call reads the limits as they are.
  onChange: () => undefined,
  modelAccess: async (context) => (await import('./model-access.js')).modelAccess(context),
  costs: (context) => {
    const report = spendReport(context);
    const { stopped, zone } = report;
    const until = stopped === undefined ? [] : [stoppedText(stopped, zone)];
    return [...until, ...doubts(report)];
  },
  state: (context) => {
    const stopped = stoppedIn(context);
    return stopped && { lines: [stopped.text], facts: { stopped: stopped.stopped } };
  },
  stopsSpending: (context) => stoppedIn(context)?.text,
  named: (state) => placeText(meterDirectory(state)),
  examined: ({ snapshot, state }) => [
    ...ledgerProblems(meterDirectory(state), snapshot),
    ...priceProblems(snapshot),
  ],
  serve: meterService,
  pages: SPEND_PAGES,
  actions: SPEND_ACTIONS,
  commands: {
    meter: meterCommand,
    spend,
    'spend stop': spendStop,
    'spend resume': spendResume,
  },
};

function stoppedIn({
  snapshot,
  state,
}: KeptContext): { readonly stopped: Stopped; readonly text: string } | undefined {
  const stopped = stoppedUntil(meterDirectory(state), snapshot.now);
  return stopped && { stopped, text: stoppedText(stopped, ownerZone(snapshot)) };
}
