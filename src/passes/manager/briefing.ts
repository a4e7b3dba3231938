/**
 * The morning page: what was done, what was proved, what failed, what waits for the owner, what it
 * cost, what comes next.
 */
import { dispatch } from '../../governance/dispatch.js';
import { fieldText, fieldTime } from '../../project/field-text.js';
import type { Rec } from '../../markdown/types.js';
import type { Snapshot } from '../../workspace/types.js';
import { localTime } from '../local-time.js';
import { ownerZone } from '../../project/owner-zone.js';

export type Incident = { readonly at: string; readonly message: string };
export type BriefingInput = {
  readonly snapshot: Snapshot;
  /** Passes that ended after this are reported. */
  readonly since: Date;
  /** Refusals of the gate, which could not be written into the workspace. */
  readonly incidents: readonly Incident[];
  /** Whether the gate passes now. */
  readonly gatePasses: boolean;
  /** What the manager pass that writes the page has found. */
  readonly notes: readonly string[];
};

const RANK: Readonly<Record<string, number>> = { critical: 0, high: 1, medium: 2, low: 3 };

/** Markdown without headings of depth 1 or 2, for the section Briefing. */
export function briefing(input: BriefingInput): string {
  const { snapshot, since, incidents, gatePasses } = input;
  const zone = ownerZone(snapshot);
  const runs = snapshot
    .records('RUN')
    .filter((run) => (fieldTime(run, 'ended') ?? 0) > since.getTime());
  const ids = new Set(runs.map((run) => run.key));
  const rows = snapshot.records('AUDIT').filter((row) => ids.has(fieldText(row, 'run_id')));
  const open = snapshot
    .records('NOTIFICATION')
    .filter(
      (record) => fieldText(record, 'status') === 'open' && fieldText(record, 'answer') === '',
    )
    .sort((a, b) => (RANK[fieldText(a, 'priority')] ?? 4) - (RANK[fieldText(b, 'priority')] ?? 4));
  return [
    incidents.length === 0
      ? ''
      : part(
          'Integrity',
          incidents.map(
            (incident) =>
              `${localTime(incident.at, zone)}: ${incident.message}. ${gatePasses ? 'It is over: the gate passes again.' : 'No pass runs until you repair it. `nocturne gate` says how.'}`,
          ),
        ),
    part(
      `Waiting for you (${open.length})`,
      open.map((record) => `**${record.key}** ${fieldText(record, 'action_needed')}`),
      'Nothing.',
    ),
    open.length === 0
      ? ''
      : 'Write your answer after `Answer:` below, or use `nocturne approve ID`, `nocturne decline ID` or `nocturne answer ID TEXT`.\n',
    part(
      `Passes (${runs.length})`,
      runs.map((run) => passLine(run, zone)),
      'No pass ended.',
    ),
    part('Proved', proofs(rows), 'No test proved anything.'),
    part('Failed and undone', failures(rows), 'Nothing.'),
    part('Changed by you or by a pass', unattributed(rows), ''),
    part('Spent', [spent(runs)]),
    part('Noticed', [...new Set(input.notes)].slice(0, 12), ''),
    part('Next', next(snapshot)),
  ]
    .filter((text) => text !== '')
    .join('\n');
}

function part(title: string, items: readonly string[], none?: string): string {
  if (items.length === 0) return none === undefined || none === '' ? '' : `**${title}.** ${none}\n`;
  return `**${title}**\n\n${items.map((item) => `- ${item.replace(/\s*\n\s*/g, ' ')}`).join('\n')}\n`;
}

function passLine(run: Rec, zone: string): string {
  const project = fieldText(run, 'project');
  return `${localTime(fieldText(run, 'ended'), zone)} ${run.key} ${fieldText(run, 'role')}${project === '' ? '' : ` on ${project}`}: ${fieldText(run, 'outcome')}`;
}

/** The newest verdict on each assertion that holds. */
function proofs(rows: readonly Rec[]): readonly string[] {
  const held = new Map<string, string>();
  for (const row of rows) {
    if (!['criterion', 'stop-condition'].includes(fieldText(row, 'type'))) continue;
    const [project = '', assertion = ''] = split(fieldText(row, 'target'));
    if (fieldText(row, 'result') === 'ok')
      held.set(
        `${project} ${assertion}`,
        `${project}: \`${assertion.replaceAll('`', "'")}\`: ${fieldText(row, 'detail')}`,
      );
    else held.delete(`${project} ${assertion}`);
  }
  return [...held.values()];
}

function split(target: string): readonly string[] {
  const separator = target.indexOf(': ');
  return separator < 0 ? ['', target] : [target.slice(0, separator), target.slice(separator + 2)];
}

function failures(rows: readonly Rec[]): readonly string[] {
  return rows.flatMap((row) => {
    const [result, type, target, detail] = ['result', 'type', 'target', 'detail'].map((field) =>
      fieldText(row, field),
    );
    if (result === 'restored')
      return [`${fieldText(row, 'run_id')} changed \`${target}\` (${detail}); it was undone`];
    if (result === 'refused')
      return [`${fieldText(row, 'run_id')} was refused \`${target}\`: ${detail}`];
    if (result === 'failed' && type === 'agent')
      return [`${fieldText(row, 'run_id')}: the agent failed (${detail})`];
    return type === 'route_block' || type === 'session_reap' ? [`${target}: ${detail}`] : [];
  });
}

/** In place, Nocturne cannot tell who changed these files. */
function unattributed(rows: readonly Rec[]): readonly string[] {
  const found = rows.filter((row) => fieldText(row, 'type') === 'unattributed');
  if (found.length === 0) return [];
  return [
    ...found.map((row) => `\`${fieldText(row, 'target')}\`: ${fieldText(row, 'detail')}`),
    'These changes stay. If one is not yours, `nocturne kept list` shows the earlier version.',
  ];
}

function spent(runs: readonly Rec[]): string {
  const sum = (field: string): number =>
    runs.reduce((total, run) => total + (Number(fieldText(run, field)) || 0), 0);
  const metered = runs.filter((run) => fieldText(run, 'tokens_in') !== '').length;
  const minutes = runs.reduce(
    (total, run) =>
      total + ((fieldTime(run, 'ended') ?? 0) - (fieldTime(run, 'started') ?? 0)) / 60_000,
    0,
  );
  return `${sum('tokens_in')} tokens read, ${sum('tokens_out')} written, cost ${sum('cost').toFixed(2)}, ${minutes.toFixed(1)} minutes${metered === runs.length ? '' : ` (${runs.length - metered} passes reported no tokens)`}`;
}

function next(snapshot: Snapshot): readonly string[] {
  const { chosen, skipped } = dispatch(snapshot);
  const first =
    chosen === undefined
      ? ['every project waits for you']
      : [
          `first ${chosen.slug}: ${fieldText(snapshot.record('PROJECT', chosen.slug), 'next_pass.objective')}`,
        ];
  return [...first, ...skipped.map((candidate) => `not yet ${candidate.slug}: ${candidate.why}`)];
}
