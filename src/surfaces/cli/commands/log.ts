/** `log RUN`: what a pass was told, called, printed, changed, and how it was judged. */
import { agentWrites } from '../../../passes/agent-writes.js';
import { EXIT, NocturneError } from '../../../kernel/error.js';
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
import { type RunRecord, runRecord } from '../../../passes/run-record.js';
import type { Rec } from '../../../markdown/types.js';
import type { Snapshot } from '../../../workspace/types.js';
import type { Command } from '../types.js';

export const log: Command = {
  args: '<run>',
  examples: ['nocturne log RUN-20261121-003', 'nocturne log RUN-20261121-003 --json'],
  run(context, { args }) {
    const workspace = context.workspace();
    const snapshot = workspace.snapshot();
    const id = args[0] ?? '';
    const run = snapshot.record('RUN', id);
    if (run === undefined)
      throw new NocturneError('NOT_FOUND', `there is no run ${id}`, {
        hint: 'nocturne query "SELECT run_id, project, outcome FROM run" lists them',
      });
    const record = runRecord(workspace.state, id);
    const rows = rowsOfRun(snapshot, 'AUDIT', id);
    const brief = rows.find((row) => fieldText(row, 'type') === 'brief');
    const isTrue = record !== undefined && promptIsTrue(record, fieldText(brief, 'detail'));
    const written = [...agentWrites(rows)];
    const changed = runDifferences(snapshot, id, written);
    const text = [head(snapshot, run, record), ...detailsOf(run, record, { isTrue, changed })].join(
      '\n\n',
    );
    return {
      exit: EXIT.ok,
      text,
      json: { run: id, written, differences: changed, promptIsTrue: isTrue, record },
    };
  },
};

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
