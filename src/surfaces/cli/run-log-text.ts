/** One pass as text for a terminal: the verdict first, the long prompt last. */
import { spokenDuration } from '../../agents/spoken-duration.js';
import { progressText } from '../../governance/approach.js';
import type { AssertionResult } from '../../governance/types.js';
import { plural } from '../../kernel/words.js';
import type { Rec } from '../../markdown/types.js';
import type { AskedQuestion } from '../../passes/judge/question.js';
import type { RunRecord } from '../../passes/run-record.js';
import { fieldText, fieldTime } from '../../project/field-text.js';
import { localTime } from '../../project/local-time.js';
import { textTable } from '../../report/text-table.js';
import { fileLink } from './file-link.js';
import { type Paint, paint } from './paint.js';
import type { RunDifference } from './run-differences.js';
import { paintedDiff } from './show-diff.js';
import type { Context } from './types.js';

export type RunLog = {
  readonly run: Rec;
  readonly record: RunRecord | undefined;
  readonly changed: readonly RunDifference[];
  /** Whether the prompt is the one whose hash the audit log has. */
  readonly isTrue: boolean;
  readonly zone: string;
};

type Screen = Pick<Context, 'color' | 'width' | 'links' | 'root'> & { readonly colour: Paint };

export function runLogText(
  context: Pick<Context, 'color' | 'width' | 'links' | 'root'>,
  log: RunLog,
): string {
  const { color, width, links, root } = context;
  const screen = { color, width, root, links: links === true, colour: paint(context) };
  return [head(log, screen), ...details(log, screen)].join('\n\n');
}

function details({ run, record, isTrue, changed }: RunLog, screen: Screen): readonly string[] {
  if (record === undefined)
    return [differences(changed, [], screen), 'Nothing more is kept of it on this machine.'];
  const { questions = [] } = record;
  const asked = questions.map((question) => questionText(question, screen));
  if (fieldText(run, 'role') === 'manager') return asked;
  const asTold = isTrue
    ? 'Prompt, as the audit log has its hash'
    : screen.colour.wrong('Prompt, which differs from its hash in the audit log');
  return [
    judgement(record, screen),
    differences(changed, record.undone ?? [], screen),
    calls(record, screen),
    block('Output, its end', record.tail ?? ''),
    ...asked,
    block(asTold, record.prompt),
  ];
}

function head({ run, record, zone }: RunLog, screen: Screen): string {
  const text = (name: string): string => fieldText(run, name);
  const who = [text('runner'), text('model')].filter((part) => part !== '').join(', ');
  const tokens =
    text('tokens_in') === ''
      ? 'tokens unknown'
      : `${text('tokens_in')} tokens read, ${text('tokens_out') || 'unknown'} written`;
  const amount = text('cost') === '' ? 'cost unknown' : `cost ${text('cost')}`;
  const cost = record?.spending === 'not enforced' ? `${amount}; limits not enforced` : amount;
  const outcome = wrapped(text('outcome'), screen.width);
  return [
    `${run.key}, ${text('role')}${text('project') === '' ? '' : ` on ${text('project')}`}`,
    text('grade') === 'FAIL' ? screen.colour.wrong(outcome) : outcome,
    `${period(run, zone)}${who === '' ? '; no agent worked' : `; ${who}; ${tokens}, ${cost}`}`,
  ].join('\n');
}

/** `2026-11-21 02:10 to 02:24 (14 min)`. */
function period(run: Rec, zone: string): string {
  const [from, to] = ['started', 'ended'].map((name) => localTime(fieldText(run, name), zone));
  const [began, ended] = [fieldTime(run, 'started'), fieldTime(run, 'ended')];
  const day = from?.slice(0, 11) ?? '';
  const until = to?.startsWith(day) === true ? to.slice(day.length) : to;
  const took =
    began === undefined || ended === undefined || ended - began < 1000
      ? ''
      : ` (${spokenDuration(ended - began)})`;
  return `${from} to ${until}${took}`;
}

function judgement(
  { quality, reasons = [], before, after }: RunRecord,
  { colour, width }: Screen,
): string {
  if (quality === undefined || after === undefined)
    return `Judgement\n  ${colour.attention('The pass ended before it was judged.')}`;
  const verdict = indented(wrapped(`${quality}: ${reasons.join('; ')}`, width - 2), 2);
  return [
    'Judgement',
    quality === 'FAIL' ? colour.wrong(verdict) : verdict,
    `  Criteria${after.criteria.length === 0 ? ': none' : ''}`,
    ...after.criteria.map((result) => resultLine(result, colour)),
    `  Stop condition: ${progressText(after.stop)}, before the pass ${progressText(before.stop)}`,
    ...after.stop.map((result) => resultLine(result, colour)),
  ].join('\n');
}

function resultLine(result: AssertionResult, colour: Paint): string {
  const { assertion, holds, error, expected, found, where } = result;
  const place = where === undefined || found.includes(where) ? '' : ` in ${where}`;
  const state = holds
    ? `met: ${found}`
    : `${colour.attention('not yet')}: expected ${expected}; found ${error ?? found}${place}`;
  return `    ${assertion}\n      ${state}`;
}

function differences(
  changed: readonly RunDifference[],
  undone: NonNullable<RunRecord['undone']>,
  screen: Screen,
): string {
  const lines = [
    ...changed.flatMap(({ path, diff }) => [
      `  wrote ${fileLink(screen, path)}`,
      ...(diff === '' ? [] : [indented(paintedDiff(screen, diff), 4)]),
    ]),
    // Each reason on a line of its own.
    ...undone.flatMap(({ path, why }) => [
      `  ${screen.colour.attention('undone')} ${fileLink(screen, path)}`,
      ...why.split('; ').map((reason) => indented(wrapped(reason, screen.width - 4), 4)),
    ]),
  ];
  return ['Differences', ...(lines.length === 0 ? ['  none'] : lines)].join('\n');
}

function calls(
  { calls: kept = [], callCount = kept.length }: RunRecord,
  { colour }: Screen,
): string {
  const lines = kept.map(
    ({ name, verdict, detail }) =>
      `  ${verdict === 'deny' ? `${colour.attention('refused')} ` : ''}${name} ${detail}`,
  );
  const more = callCount - kept.length;
  return [
    `Tool calls (${callCount})`,
    ...(lines.length === 0 ? ['  none that Nocturne has seen'] : lines),
    ...(more > 0 ? [`  and ${plural(more, 'call')} more`] : []),
  ].join('\n');
}

/** What a judge was asked, each attempt of an answer, and what was read from it. */
function questionText(question: AskedQuestion, { colour }: Screen): string {
  const { kind, about, model, prompt, said, answer, problem } = question;
  const result =
    answer === undefined ? colour.attention(`No answer: ${problem ?? ''}`) : `Answer: ${answer}`;
  return [
    `Question to ${model}: ${kind}, ${about}\n  ${result}`,
    ...said.map((text, i) => block(`It said${said.length > 1 ? `, attempt ${i + 1}` : ''}`, text)),
    block('Asked', prompt),
  ].join('\n');
}

function block(title: string, text: string): string {
  return `${title}\n${indented(text.trimEnd() === '' ? 'nothing' : text.trimEnd(), 2)}`;
}

function indented(text: string, columns: number): string {
  return text.replace(/^/gm, ' '.repeat(columns));
}

/** A table of one cell. */
function wrapped(text: string, width: number): string {
  return textTable({ head: [text], rows: [], width });
}
