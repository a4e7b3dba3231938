/**
 * `log RUN`: what a pass was told, called, printed, changed, and how it was judged. `log`: the
 * passes of a night.
 */
import { agentWrites } from '../../../passes/agent-writes.js';
import { NocturneError } from '../../../kernel/error.js';
import { defined } from '../../../kernel/defined.js';
import { sha256 } from '../../../kernel/hash.js';
import { fieldText } from '../../../project/field-text.js';
import { rowsOfRun } from '../../../project/recent-rows.js';
import { runDifferences } from '../run-differences.js';
import { runLogText } from '../run-log-text.js';
import { ownerZone } from '../../../project/owner-zone.js';
import { claimedPass, nightPasses } from '../../../passes/night-passes.js';
import { type RunRecord, runRecord } from '../../../passes/run-record.js';
import type { Rec } from '../../../markdown/types.js';
import type { Snapshot } from '../../../workspace/types.js';
import { nightText } from '../night-text.js';
import { ok } from '../result.js';
import type { Command, CommandResult, Context } from '../types.js';

export const log: Command = {
  args: '[run]',
  options: [
    {
      flags: '--night <day>',
      description:
        'without a run: the passes of the night that began on this day (default: the last)',
    },
  ],
  examples: [
    'nocturne log',
    'nocturne log --night 2026-11-21',
    'nocturne log RUN-20261121-003 --json',
  ],
  run(context, { args: [id], options }) {
    const workspace = context.workspace();
    const snapshot = workspace.snapshot();
    if (id === undefined) {
      const night = nightPasses(workspace, snapshot, dayOption(options['night']));
      return ok(nightText(night, ownerZone(snapshot), context.width), night);
    }
    return ofRun(context, snapshot, id);
  },
};

function ofRun(context: Context, snapshot: Snapshot, id: string): CommandResult {
  const workspace = context.workspace();
  const { run, previous, next } = runAmong(snapshot, id);
  const running = run === undefined ? claimedPass(workspace, id) : undefined;
  if (run === undefined && running === undefined)
    throw new NocturneError('NOT_FOUND', `there is no run ${id}`, {
      hint: 'nocturne log lists the runs of the last night',
    });
  const record = runRecord(workspace.state, id);
  const rows = rowsOfRun(snapshot, 'AUDIT', id);
  const brief = rows.find((row) => fieldText(row, 'type') === 'brief');
  const isTrue = record !== undefined && promptIsTrue(record, fieldText(brief, 'detail'));
  const written = [...agentWrites(rows)];
  const changed = runDifferences(snapshot, id, written);
  const text =
    run === undefined
      ? `${id} is running.`
      : runLogText(context, { run, record, changed, isTrue, zone: ownerZone(snapshot) });
  const fields = run === undefined ? [] : [...run.fields];
  return ok(text, {
    run: id,
    facts: Object.fromEntries(fields.map(([name, { value }]) => [name, value])),
    running: running ?? null,
    previous: previous ?? null,
    next: next ?? null,
    auditRows: rows.length,
    undone: rows.filter((row) => fieldText(row, 'type') === 'undo').map(undoneRow),
    written,
    differences: changed,
    promptIsTrue: isTrue,
    record,
  });
}

function dayOption(given: unknown): string | undefined {
  if (given === undefined) return undefined;
  const day = String(given);
  if (/^\d{4}-\d{2}-\d{2}$/.test(day) && !Number.isNaN(Date.parse(day))) return day;
  throw new NocturneError('USAGE', `--night cannot be "${day}"`, {
    hint: 'give the day on which the night began, such as 2026-11-21',
  });
}

/** The run, and the ones that ended before and after it. */
function runAmong(
  snapshot: Snapshot,
  id: string,
): { readonly run?: Rec; readonly previous?: string; readonly next?: string } {
  let next: string | undefined;
  let run: Rec | undefined;
  for (const row of snapshot.rows('RUN', { newestFirst: true })) {
    if (run !== undefined) return { run, previous: row.key, ...defined({ next }) };
    if (row.key === id) run = row;
    else next = row.key;
  }
  return defined({ run, next });
}

/** `result`: `restored`, `kept` where the change stayed, or `failed`. */
function undoneRow(row: Rec): {
  readonly path: string;
  readonly result: string;
  readonly detail: string;
} {
  return {
    path: fieldText(row, 'target'),
    result: fieldText(row, 'result'),
    detail: fieldText(row, 'detail'),
  };
}

function promptIsTrue({ prompt, promptSha256 }: RunRecord, logged: string): boolean {
  return sha256(prompt) === promptSha256 && logged.startsWith(`sha256:${promptSha256}`);
}
