/** `briefing`: the morning page as it stands, or made anew when more has happened since. */
import { listIncidents } from '../../../workspace/incident.js';
import { defined } from '../../../kernel/defined.js';
import { EXIT } from '../../../kernel/error.js';
import { briefing } from '../../../passes/manager/briefing.js';
import { fieldText, fieldTime } from '../../../project/field-text.js';
import { logRows } from '../../../workspace/log-rows.js';
import type { Snapshot } from '../../../workspace/types.js';
import { parseTime } from '../parse-time.js';
import type { Command } from '../types.js';

export const command: Command = {
  options: [{ flags: '--since <time>', description: 'what happened since then, made anew' }],
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
      : briefing({ snapshot, since: from, incidents, notes: [] });
    const json = {
      current: isCurrent,
      written: written === undefined ? null : new Date(written).toISOString(),
      ...defined({ since: isCurrent ? undefined : from.toISOString() }),
      incidents: incidents.map(({ id, at: time, message }) => ({ id, at: time, message })),
      briefing: text,
    };
    return { exit: EXIT.ok, text, json };
  },
};

/** The page made anew covers what the one that stands there covers, and what came after it. */
function pageBefore(snapshot: Snapshot): Date {
  const pages: string[] = [];
  for (const row of logRows(snapshot.root, snapshot.schema.objects.get('AUDIT')?.glob ?? '', {
    containing: 'briefing_write',
  }))
    if (row.cell('type') === 'briefing_write') pages.push(row.cell('time'));
  return new Date(pages.at(-2) ?? 0);
}

/**
 * A worker pass ended, or the owner answered, after the page was written. The manager pass that
 * writes the page ends after it, always.
 */
function happenedSince(snapshot: Snapshot, written: number): boolean {
  const worked = snapshot
    .records('RUN')
    .some((run) => fieldText(run, 'role') === 'worker' && (fieldTime(run, 'ended') ?? 0) > written);
  if (worked) return true;
  for (const row of logRows(snapshot.root, snapshot.schema.objects.get('AUDIT')?.glob ?? '', {
    containing: 'notification_answer',
  })) {
    if (row.cell('type') === 'notification_answer' && Date.parse(row.cell('time')) > written)
      return true;
  }
  return false;
}
