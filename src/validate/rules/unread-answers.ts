/** Part of rule notification-open: answers in a place where no pass reads them. */
import type { Diagnostic } from '../../kernel/diagnostic.js';
import { fieldLabel } from '../../markdown/field-name.js';
import { nearItems } from '../../markdown/near-items.js';
import { rangeOf } from '../../markdown/range-of.js';
import type { Doc, Rec, Span } from '../../markdown/types.js';
import { writtenAnswers } from '../../project/answer-places.js';
import { questionState } from '../../project/question-state.js';
import { readAnswer } from '../../project/verdict.js';
import { ownerLanguage } from '../../project/owner-language.js';
import type { Snapshot } from '../../workspace/types.js';

const RULE = { rule: 'notification-open', severity: 'warning' } as const;
const ANSWER = 'answer';

export function unreadAnswers(snapshot: Snapshot): Diagnostic[] {
  const records = snapshot.records('NOTIFICATION');
  return [
    ...records.flatMap((record) => ofQuestion(snapshot, record)),
    ...snapshot.filesOf('NOTIFICATION').flatMap((file) => {
      const doc = snapshot.doc(file);
      return doc === undefined ? [] : elsewhere(snapshot, doc, file);
    }),
  ];
}

/** No line for it, or an answer below the fields. near-miss reports what is almost a line. */
function ofQuestion(snapshot: Snapshot, record: Rec): Diagnostic[] {
  if (questionState(snapshot, record).state !== 'open') return [];
  const doc = snapshot.doc(record.file);
  const body = record.fields.get('body');
  if (doc === undefined) return [];
  const found = body === undefined ? undefined : answerIn(snapshot, body.value);
  if (body !== undefined && found !== undefined) {
    const start = doc.text.indexOf(found, body.start);
    return [
      {
        ...RULE,
        message: `"${found}" below ${record.key} is not read as its answer`,
        range: rangeOf(doc, record.file, { start, end: start + found.length }),
        expected: `- **${fieldLabel(ANSWER)}:** ${found}`,
        hint: `write it after Answer:, or run nocturne answer ${record.key}`,
      },
    ];
  }
  const names = new Set([ANSWER]);
  if (record.fields.has(ANSWER) || nearItems(doc, record, names).length > 0) return [];
  return [
    {
      ...RULE,
      message: `${record.key} has no line for your answer`,
      range: record.fields.get('id')?.range ?? record.range,
      expected: `- **${fieldLabel(ANSWER)}:** -`,
      hint: 'add the line below its status, or use nocturne answer',
    },
  ];
}

/** The last line, or the first, if it is a clear yes or no. An agent may have written it. */
function answerIn(snapshot: Snapshot, text: string): string | undefined {
  const lines = text.split('\n').map((line) => line.trim());
  const words = lines.filter((line) => line !== '');
  return [words.at(-1), words[0]].find(
    (line) => line !== undefined && isPlainAnswer(snapshot, line),
  );
}

function isPlainAnswer(snapshot: Snapshot, line: string): boolean {
  const { verdict, rest } = readAnswer(line, ownerLanguage(snapshot));
  return verdict !== 'text' && rest === '';
}

/** In the briefing, or above the first question, and not next to the line of a question. */
function elsewhere(snapshot: Snapshot, doc: Doc, file: string): Diagnostic[] {
  const records = snapshot.records('NOTIFICATION').filter((record) => record.file === file);
  const read = records.flatMap((record) => writtenAnswers(snapshot, record));
  const briefing = snapshot.records('BRIEFING').find((record) => record.file === file);
  const whole = { start: 0, end: doc.text.length };
  const labelled = nearItems(doc, whole, new Set([ANSWER])).filter(
    ({ start, value }) =>
      value !== '' &&
      value !== '-' &&
      !records.some((record) => start >= record.start && start < record.end),
  );
  const plain = briefing === undefined ? [] : plainAnswers(snapshot, doc, briefing);
  const lines = new Map([...plain, ...labelled].map((line) => [line.start, line]));
  return [...lines.values()]
    .filter(({ value }) => !read.some((answer) => answer.includes(value)))
    .map(({ start, end }) => ({
      ...RULE,
      message: 'this answer is not in a question, so no pass reads it',
      range: rangeOf(doc, file, { start, end }),
      expected: 'the line Answer of an open question',
      hint: 'move it to its question, or use nocturne answer',
    }));
}

/** Lines that are nothing but a clear yes or no. */
function plainAnswers(
  snapshot: Snapshot,
  doc: Doc,
  { start, end }: Span,
): readonly (Span & { readonly value: string })[] {
  return [...doc.text.slice(start, end).matchAll(/^.+$/gmu)].flatMap(({ 0: line, index }) =>
    isPlainAnswer(snapshot, line)
      ? [{ start: start + index, end: start + index + line.length, value: line.trim() }]
      : [],
  );
}
