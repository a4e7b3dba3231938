/** Module meter: what calls to models cost, and the limits that a call must fit into. */
import type { Module } from '../types.js';
import { spend } from './commands/spend.js';
import { spendResume, spendStop } from './commands/spend-stop.js';
import { examinePrices } from './page/examine-prices.js';
import { spendingProblems, stoppedState } from './report/tell-spending.js';
import { meterCommand } from './server/meter-command.js';
import { meterService } from './server/meter-service.js';

export const module: Module = {
  name: 'meter',
  // Every call reads the limits as they are.
  onChange: () => undefined,
  modelAccess: async (context) => (await import('./model-access.js')).modelAccess(context),
  serve: meterService,
  failures: spendingProblems,
  state: stoppedState,
  examine: ({ snapshot }) => examinePrices(snapshot),
  commands: {
    meter: meterCommand,
    spend,
    'spend stop': spendStop,
    'spend resume': spendResume,
  },
};
