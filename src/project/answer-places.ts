/**
 * Where an owner may write the answer to a question: in its field, on lines next to the field, as
 * its status, or next to its line in the briefing.
 *
 * Agents write the texts of questions, so no place is read that such a text can reach: a value is
 * on one line, a body is below a blank line, and a line of the briefing is compared as a whole.
 */
import { linesIn } from '../markdown/lines-in.js';
import { nearItem } from '../markdown/near-items.js';
import type { Doc, Rec, Span } from '../markdown/types.js';
import { fieldText } from './field-text.js';
import { ownerLanguage } from './owner-language.js';
import { ownerZone } from './owner-zone.js';
import type { Snapshot } from '../workspace/types.js';
import { lineFor, shortened } from './page-text.js';
import { readAnswer } from './verdict.js';

export const WAITING = 'Waiting for you';
const STATUSES = ['open', 'approved', 'declined', 'done', ''];

/** Not empty, the field first. */
export function writtenAnswers(snapshot: Snapshot, question: Rec): readonly string[] {
  const doc = snapshot.doc(question.file);
  const status = fieldText(question, 'status');
  const language = ownerLanguage(snapshot);
  const fields = snapshot.schema.objects.get('NOTIFICATION')?.fields ?? new Map();
  return [
    fieldText(question, 'answer'),
    STATUSES.includes(status) || readAnswer(status, language).verdict === 'text' ? '' : status,
    ...(doc === undefined
      ? []
      : [
          linesNextToField(doc, question, fields)
            .map(({ answer }) => answer)
            .join('\n')
            .trim(),
          inBriefing(snapshot, doc, question),
        ]),
  ].filter((text) => text !== '' && text !== '-');
}

/** The question as the briefing shows it. */
export function questionLine(snapshot: Snapshot, question: Rec): string {
  return lineFor(shortened(fieldText(question, 'action_needed')), ownerZone(snapshot)).replace(
    /\s*\n\s*/g,
    ' ',
  );
}

const FIELD = /^[-*+][ \t]+\*\*[^*\n]+?(?::\*\*|\*\*:)/;

/**
 * Lines in the block of fields that are not fields, or that only look like the field Answer, with
 * what they answer. @param fields of a notification.
 */
export function linesNextToField(
  doc: Doc,
  question: Span,
  fields: ReadonlyMap<string, unknown>,
): readonly { readonly start: number; readonly answer: string }[] {
  const found: { start: number; answer: string }[] = [];
  let isInBlock = false;
  let continuesField = false;
  for (const { start, text, isClosed } of linesIn(doc, question)) {
    if (isInBlock && text.trim() === '') break;
    if (FIELD.test(text)) isInBlock = true;
    if (!/^[ \t]/.test(text)) continuesField = FIELD.test(text);
    if (!isInBlock || isClosed || continuesField) continue;
    const item = nearItem(text);
    if (item?.field === 'answer') found.push({ start, answer: item.value });
    else if (item === undefined || !fields.has(item.field))
      found.push({ start, answer: text.trim() });
  }
  return found;
}

/** What follows the question on its line, and lines below it that the briefing did not write. */
function inBriefing(snapshot: Snapshot, doc: Doc, question: Rec): string {
  const page = snapshot.records('BRIEFING').find(({ file }) => file === question.file);
  if (page === undefined) return '';
  const lines = linesIn(doc, page).map(({ text }) => text);
  const list = lines.findIndex((line) => line.startsWith(`**${WAITING} (`));
  if (list === -1) return '';
  const waiting = lines.slice(list + 1);
  const mark = `- **${question.key}** `;
  const [line, ...below] = waiting
    .slice(
      0,
      endOf(waiting, (text) => text.trim() === ''),
    )
    .slice(waiting.findIndex((text) => text.startsWith(mark)));
  if (line === undefined || !line.startsWith(mark)) return '';
  const asked = questionLine(snapshot, question);
  const end = line.lastIndexOf(asked);
  const after = end === -1 ? '' : line.slice(end + asked.length).trim();
  const own = below.slice(
    0,
    endOf(below, (text) => /^- (?:\*\*N-|and \d)/.test(text)),
  );
  return [after, ...own.map((text) => text.trim())].join('\n').trim();
}

function endOf(lines: readonly string[], isEnd: (line: string) => boolean): number {
  const end = lines.findIndex(isEnd);
  return end === -1 ? lines.length : end;
}
