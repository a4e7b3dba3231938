/** `briefing`: the briefing as written, or a new one if more has happened since. */
import { verifyGate } from '../../../integrity/gate.js';
import { listIncidents } from '../../../workspace/incident.js';
import { defined } from '../../../kernel/defined.js';
import { briefing as composeBriefing } from '../../../passes/manager/briefing.js';
import { fieldText, fieldTime } from '../../../project/field-text.js';
import { logRows } from '../../../workspace/log-rows.js';
import type { Snapshot } from '../../../workspace/types.js';
import { parseTime } from '../parse-time.js';
import { ok } from '../result.js';
import type { Command } from '../types.js';

export const briefing: Command = {
  options: [
    { flags: '--since <time>', description: 'compose a briefing of what happened since this time' },
  ],
  examples: ['nocturne briefing', 'nocturne briefing --since 24h'],
  run(context, { options }) {
    const workspace = context.workspace();
    const snapshot = workspace.snapshot();
    const incidents = listIncidents(workspace.state);
    const page = snapshot.records('BRIEFING')[0];
    const written = fieldTime(page, 'time');
    const since =
      typeof options['since'] === 'string' ? parseTime(snapshot, options['since']) : undefined;
    const isCurrent =
      since === undefined &&
      written !== undefined &&
      incidents.length === 0 &&
      !happenedSince(snapshot, written);
    const from = since ?? pageBefore(snapshot);
    const text = isCurrent
      ? fieldText(page, 'body')
      : composeBriefing({
          snapshot,
          since: from,
          incidents,
          gatePasses: incidents.length > 0 && verifyGate(workspace.root, workspace.home).ok,
          notes: [],
        });
    const json = {
      current: isCurrent,
      written: written === undefined ? null : new Date(written).toISOString(),
      ...defined({ since: isCurrent ? undefined : from.toISOString() }),
      incidents: incidents.map(({ id, at: time, message }) => ({ id, at: time, message })),
      briefing: text,
    };
    return ok(text, json);
  },
};

/** A new briefing covers what the written one covers, and what came after it. */
function pageBefore(snapshot: Snapshot): Date {
  return new Date(auditTimes(snapshot, 'briefing_write').at(-2) ?? 0);
}

function auditTimes(snapshot: Snapshot, type: string): readonly string[] {
  const file = snapshot.schema.objects.get('AUDIT')?.glob ?? '';
  return [...logRows(snapshot.root, file, { containing: type })]
    .filter((row) => row.cell('type') === type)
    .map((row) => row.cell('time'));
}

/**
 * A worker pass ended, or the owner answered, after the briefing was written. The manager pass that
 * writes it always ends after it, so manager passes do not count.
 */
function happenedSince(snapshot: Snapshot, written: number): boolean {
  const worked = snapshot
    .records('RUN')
    .some((run) => fieldText(run, 'role') === 'worker' && (fieldTime(run, 'ended') ?? 0) > written);
  if (worked) return true;
  return auditTimes(snapshot, 'notification_answer').some((time) => Date.parse(time) > written);
}
