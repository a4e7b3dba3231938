/**
 * `gate`: the check of T0 alone; incidents end when it passes. `gate-line.ts` answers most calls
 * without this file.
 */
import { insidePass } from '../../../agents/inside-pass.js';
import { closeIncidents } from '../../../integrity/close-incidents.js';
import { verifyGate } from '../../../integrity/gate.js';
import type { GateReport } from '../../../integrity/gate-report.js';
import { NocturneError } from '../../../kernel/error.js';
import { isJournalEmpty } from '../../../workspace/journal-files.js';
import { recover } from '../../../workspace/recover.js';
import { stateDirectory } from '../../../workspace/state-home.js';
import { gateResult } from '../gate-result.js';
import { gateAlarms } from '../workspace-alarms.js';
import type { Command } from '../types.js';

export const gate: Command = {
  options: [
    { flags: '--keep-incidents', description: 'only look: incidents do not end when it passes' },
  ],
  examples: ['nocturne gate', 'nocturne gate --json'],
  run(context, { options }) {
    const report = verdict(context.root(), context.home);
    const isLook = options['keepIncidents'] === true;
    const closes = report.ok && !isLook && insidePass(context.env) === undefined;
    const over = closes ? closeIncidents(context.workspace(), { by: 'nocturne gate' }) : 0;
    return gateResult(report, { over, alarms: gateAlarms(context, report) });
  },
};

/** Finishes an interrupted commit first, as T0 does. */
function verdict(root: string, home: string): GateReport {
  const report = verifyGate(root, home);
  if (report.ok || isJournalEmpty(root)) return report;
  try {
    recover(root, stateDirectory(home, root));
  } catch (error) {
    // An entry that cannot be trusted is one of the findings already.
    if (error instanceof NocturneError && error.code === 'GATE') return report;
    throw error;
  }
  return verifyGate(root, home);
}
