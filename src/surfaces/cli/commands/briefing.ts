/** `briefing`: the briefing as written, or a new one if more has happened since. */
import { verifyGate } from '../../../integrity/gate.js';
import { pageAlarms, pageProblems } from '../../../integrity/page-problems.js';
import { listIncidents } from '../../../workspace/incident.js';
import { defined } from '../../../kernel/defined.js';
import { installedModules } from '../../../modules/installed.js';
import { offeredUnits } from '../../../passes/modules/module-hooks.js';
import {
  moduleCosts,
  moduleFailures,
  moduleProgress,
} from '../../../passes/modules/module-state.js';
import { briefing as composeBriefing } from '../../../passes/manager/briefing.js';
import { nightFacts } from '../../../passes/manager/night-facts.js';
import { briefingSince } from '../../../passes/manager/briefing-since.js';
import { fieldText, fieldTime } from '../../../project/field-text.js';
import { rowsSince } from '../../../project/recent-rows.js';
import type { Snapshot } from '../../../workspace/types.js';
import { parseTime } from '../parse-time.js';
import { ok } from '../result.js';
import type { Command } from '../types.js';

export const briefing: Command = {
  options: [
    { flags: '--since <time>', description: 'compose a briefing of what happened since this time' },
  ],
  examples: ['nocturne briefing', 'nocturne briefing --since 24h'],
  async run(context, { options }) {
    const workspace = context.workspace();
    const snapshot = workspace.snapshot();
    const incidents = listIncidents(workspace.state);
    const alarms = pageAlarms(pageProblems(snapshot));
    const page = snapshot.records('BRIEFING')[0];
    const written = fieldTime(page, 'time');
    const since =
      typeof options['since'] === 'string' ? parseTime(snapshot, options['since']) : undefined;
    const modules = await installedModules();
    const isCurrent =
      since === undefined &&
      written !== undefined &&
      incidents.length === 0 &&
      alarms.length === 0 &&
      !happenedSince(snapshot, written) &&
      moduleFailures(modules, snapshot, new Date(written)).length === 0;
    // A new briefing covers what the written one covers, and what came after it.
    const from =
      since ?? briefingSince(snapshot, written === undefined ? snapshot.now : new Date(written));
    const input = {
      snapshot,
      since: from,
      failures: moduleFailures(modules, snapshot, from),
      progress: moduleProgress(modules, snapshot, from),
      costs: moduleCosts(modules, { snapshot, state: workspace.state, since: from }),
      offer: offeredUnits({ modules, workspace, say: () => {} }, snapshot),
    };
    const text = isCurrent
      ? fieldText(page, 'body')
      : composeBriefing({
          ...input,
          incidents,
          alarms,
          gatePasses: incidents.length > 0 && verifyGate(workspace.root, workspace.home).ok,
          notes: [],
        });
    const json = {
      current: isCurrent,
      written: written === undefined ? null : new Date(written).toISOString(),
      ...defined({ since: isCurrent ? undefined : from.toISOString() }),
      incidents: incidents.map(({ id, at: time, message }) => ({ id, at: time, message })),
      briefing: text,
      night: nightFacts(input),
    };
    return ok(text, json);
  },
};

/**
 * A worker pass ended, or the owner answered, after the briefing was written. The manager pass that
 * writes it always ends after it, so manager passes do not count.
 */
function happenedSince(snapshot: Snapshot, written: number): boolean {
  for (const run of rowsSince(snapshot, 'RUN', { field: 'ended', since: written }))
    if (fieldText(run, 'role') === 'worker') return true;
  for (const row of rowsSince(snapshot, 'AUDIT', { field: 'time', since: written }))
    if (fieldText(row, 'type') === 'notification_answer') return true;
  return false;
}
