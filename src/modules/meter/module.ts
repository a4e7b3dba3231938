/** Module meter: what calls to models cost, and the limits that a call must fit into. */
import type { Module } from '../types.js';
import { spend } from './commands/spend.js';
import { spendAccept } from './commands/spend-accept.js';
import { spendResume, spendStop } from './commands/spend-stop.js';
import { ledgerProblems, lostRows } from './ledger/ledger-problems.js';
import { placeText } from './ledger/named-places.js';
import { meterDirectory } from './live-meter.js';
import { SPEND_ACTIONS, SPEND_PAGES } from './pages/pages.js';
import { priceProblems } from './page/price-problems.js';
import { meterState, stoppedIn } from './report/meter-state.js';
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
  state: meterState,
  stopsSpending: ({ snapshot, state }) =>
    stoppedIn({ snapshot, state })?.text ?? lostRows(meterDirectory(state), snapshot),
  // A ledger that has lost rows never becomes one that the audit log names.
  named: ({ snapshot, state }) =>
    lostRows(meterDirectory(state), snapshot) === undefined
      ? placeText(meterDirectory(state))
      : undefined,
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
    'spend accept': spendAccept,
    'spend stop': spendStop,
    'spend resume': spendResume,
  },
};
