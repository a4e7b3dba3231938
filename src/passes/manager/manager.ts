/** The manager pass: looks at what the workers did, and writes the morning briefing. */
import { listIncidents } from '../../workspace/incident.js';
import { fieldText, fieldTime } from '../../project/field-text.js';
import { EXIT } from '../../kernel/error.js';
import type { Snapshot } from '../../workspace/types.js';
import { runBundle } from '../act.js';
import { briefing } from './briefing.js';
import { runSteps } from '../run-steps.js';
import { enter } from '../worker/t0-gate.js';
import { close } from '../worker/t9-close.js';
import {
  isHalt,
  type PassEnvironment,
  type PassReport,
  type PassRequest,
  type Step,
} from '../types.js';
import { crashes, integrityOnRecord } from './t0-crashes.js';
import { modulesHear, sweepAtFirst } from './modules.js';
import { drafts, escalations } from './t2-escalations.js';
import { changed, direction, rebalance, value, verdicts } from './t3-review.js';
import { auditReview } from './t8-audit.js';

const morning: Step = {
  id: 'T9',
  title: 'morning briefing',
  run(pass) {
    const { workspace } = pass.env;
    const snapshot = workspace.snapshot();
    const body = briefing({
      snapshot,
      since: lastBriefing(snapshot),
      incidents: listIncidents(workspace.state),
      notes: pass.data.notes,
    });
    runBundle(pass, {
      step: 'T9',
      name: 'briefing_write',
      args: { body },
      target: 'NOTIFICATIONS.md',
    });
    return pass;
  },
};

const MANAGER: readonly Step[] = [
  crashes,
  sweepAtFirst,
  integrityOnRecord,
  escalations,
  changed,
  drafts,
  value,
  direction,
  rebalance,
  verdicts,
  modulesHear,
  auditReview,
  morning,
];

export async function manager(env: PassEnvironment, request: PassRequest): Promise<PassReport> {
  const entered = await enter(env, { request, driver: 'process' });
  if (isHalt(entered)) return { exit: entered.exit, outcome: entered.outcome, data: entered.data };
  const { pass, halt } = await runSteps(MANAGER, entered);
  const closed = await close({ pass, halt });
  return { exit: halt?.exit ?? EXIT.ok, outcome: closed.outcome, data: closed.pass.data };
}

/** The page reports everything since the page before it. */
export function lastBriefing(snapshot: Snapshot): Date {
  const written = snapshot
    .records('AUDIT')
    .findLast((row) => fieldText(row, 'type') === 'briefing_write');
  return new Date(fieldTime(written, 'time') ?? 0);
}
