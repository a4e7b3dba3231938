/** The alarms of a workspace, as every command that shows its state prints them. */
import { explainAlarms } from '../../integrity/explain-alarms.js';
import type { Alarm } from '../../integrity/alarm.js';
import { verifyGate } from '../../integrity/gate.js';
import type { GateReport } from '../../integrity/gate-report.js';
import { pageAlarms, pageProblems } from '../../integrity/page-problems.js';
import { keyAlarm } from '../../integrity/trust-alarm.js';
import { findPinned } from '../../workspace/pinned-root.js';
import { stateDirectory } from '../../workspace/state-home.js';
import type { Snapshot } from '../../workspace/types.js';
import type { Context } from './types.js';

export type WorkspaceAlarms = { readonly gate: GateReport; readonly alarms: readonly Alarm[] };

/** The gate's own, then those of pages that it does not check. */
export function workspaceAlarms(context: Context, snapshot: Snapshot): WorkspaceAlarms {
  const { home, door } = context;
  const gate = verifyGate(snapshot.root, home, { remembered: door === 'dashboard' });
  const key = gate.ok ? keyAlarm(placeOf(context)) : undefined;
  return {
    gate,
    alarms: [
      ...gateAlarms(context, gate),
      ...pageAlarms(pageProblems(snapshot)),
      ...(key === undefined ? [] : [key]),
    ],
  };
}

export function gateAlarms(context: Context, gate: GateReport): readonly Alarm[] {
  return explainAlarms(placeOf(context), gate);
}

function placeOf({ home, ...context }: Context) {
  const root = findPinned(context.root(), home);
  return { root, home, state: stateDirectory(home, root) };
}
