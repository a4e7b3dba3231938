/**
 * `log RUN`: what a pass was told, called, printed, changed, and how it was judged. `log`: the
 * passes of a night.
 */
import { agentWrites } from '../../../passes/agent-writes.js';
import { NocturneError } from '../../../kernel/error.js';
import { defined } from '../../../kernel/defined.js';
import { sha256 } from '../../../kernel/hash.js';
import { plural } from '../../../kernel/words.js';
import { progressText } from '../../../governance/approach.js';
import type { AssertionResult } from '../../../governance/types.js';
import { fieldText } from '../../../project/field-text.js';
import { rowsOfRun } from '../../../project/recent-rows.js';
import { localTime } from '../../../project/local-time.js';
import { type RunDifference, runDifferences } from '../run-differences.js';
import { ownerZone } from '../../../project/owner-zone.js';
import type { AskedQuestion } from '../../../passes/judge/question.js';
import { claimedPass, nightPasses } from '../../../passes/night-passes.js';
import { type RunRecord, runRecord } from '../../../passes/run-record.js';
import type { Rec } from '../../../markdown/types.js';
import type { Snapshot, Workspace } from '../../../workspace/types.js';
import { nightText } from '../night-text.js';
import { ok } from '../result.js';
import type { Command, CommandResult } from '../types.js';

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
    return ofRun(workspace, snapshot, id);
  },
};

function ofRun(workspace: Workspace, snapshot: Snapshot, id: string): CommandResult {
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
      ? [`${id} is running.`]
      : [head(snapshot, run, record), ...detailsOf(run, record, { isTrue, changed })];
  const fields = run === undefined ? [] : [...run.fields];
  return ok(text.join('\n\n'), {
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

function detailsOf(
  run: Rec,
  record: RunRecord | undefined,
  { isTrue, changed }: { readonly isTrue: boolean; readonly changed: readonly RunDifference[] },
): readonly string[] {
  if (record === undefined)
    return [differences(changed), 'Nothing more is kept of it on this machine.'];
  const { questions = [] } = record;
  if (fieldText(run, 'role') === 'manager') return questions.map(questionText);
  const asTold = isTrue
    ? 'Prompt, as the audit log has its hash'
    : 'Prompt, which differs from its hash in the audit log';
  return [
    judgement(record),
    differences(changed, record.undone),
    calls(record),
    block('Output, its end', record.tail ?? ''),
    ...questions.map(questionText),
    block(asTold, record.prompt),
  ];
}

/** What a judge was asked, each attempt of an answer, and what was read from it. */
function questionText({
  kind,
  about,
  model,
  prompt,
  said,
  answer,
  problem,
}: AskedQuestion): string {
  const result = answer === undefined ? `No answer: ${problem ?? ''}` : `Answer: ${answer}`;
  return [
    `Question to ${model}: ${kind}, ${about}\n  ${result}`,
    ...said.map((text, i) => block(`It said${said.length > 1 ? `, attempt ${i + 1}` : ''}`, text)),
    block('Asked', prompt),
  ].join('\n');
}

function promptIsTrue({ prompt, promptSha256 }: RunRecord, logged: string): boolean {
  return sha256(prompt) === promptSha256 && logged.startsWith(`sha256:${promptSha256}`);
}

function head(snapshot: Snapshot, run: Rec, record: RunRecord | undefined): string {
  const text = (name: string): string => fieldText(run, name);
  const time = (name: string): string => localTime(text(name), ownerZone(snapshot));
  const who = [text('runner'), text('model')].filter((part) => part !== '').join(', ');
  const tokens =
    text('tokens_in') === ''
      ? 'tokens unknown'
      : `${text('tokens_in')} tokens read, ${text('tokens_out') || 'unknown'} written`;
  const amount = text('cost') === '' ? 'cost unknown' : `cost ${text('cost')}`;
  const cost = record?.spending === 'not enforced' ? `${amount}; limits not enforced` : amount;
  return `${run.key}, ${text('role')}${text('project') === '' ? '' : ` on ${text('project')}`}
${text('outcome')}
${time('started')} to ${time('ended')}${who === '' ? '; no agent worked' : `; ${who}; ${tokens}, ${cost}`}`;
}

function judgement({ quality, reasons = [], before, after }: RunRecord): string {
  if (quality === undefined || after === undefined)
    return 'Judgement\n  The pass ended before it was judged.';
  return [
    'Judgement',
    `  ${quality}: ${reasons.join('; ')}`,
    `  Criteria${after.criteria.length === 0 ? ': none' : ''}`,
    ...after.criteria.map(resultLine),
    `  Stop condition: ${progressText(after.stop)}, before the pass ${progressText(before.stop)}`,
    ...after.stop.map(resultLine),
  ].join('\n');
}

function resultLine({ assertion, holds, error, expected, found, where }: AssertionResult): string {
  const place = where === undefined || found.includes(where) ? '' : ` in ${where}`;
  const state = holds
    ? `met: ${found}`
    : `not yet: expected ${expected}; found ${error ?? found}${place}`;
  return `    ${assertion}\n      ${state}`;
}

function differences(changed: readonly RunDifference[], undone: RunRecord['undone'] = []): string {
  const lines = [
    ...changed.flatMap(({ path, diff }) => [
      `  wrote ${path}`,
      ...(diff === '' ? [] : diff.split('\n').map((line) => `    ${line}`)),
    ]),
    ...undone.map(({ path, why }) => `  undone: ${path} (${why})`),
  ];
  return ['Differences', ...(lines.length === 0 ? ['  none'] : lines)].join('\n');
}

function calls({ calls: kept = [], callCount = kept.length }: RunRecord): string {
  const lines = kept.map(
    ({ name, verdict, detail }) => `  ${verdict === 'deny' ? 'refused ' : ''}${name} ${detail}`,
  );
  const more = callCount - kept.length;
  return [
    `Tool calls (${callCount})`,
    ...(lines.length === 0 ? ['  none that Nocturne has seen'] : lines),
    ...(more > 0 ? [`  and ${plural(more, 'call')} more`] : []),
  ].join('\n');
}

function block(title: string, text: string): string {
  const lines = text.trimEnd() === '' ? ['nothing'] : text.trimEnd().split('\n');
  return [title, ...lines.map((line) => `  ${line}`)].join('\n');
}
