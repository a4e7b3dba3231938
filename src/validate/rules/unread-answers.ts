/** Part of rule notification-open: answers in a place where no pass reads them. */
import type { Diagnostic } from '../../kernel/diagnostic.js';
import { fieldLabel } from '../../markdown/field-name.js';
import { nearItems } from '../../markdown/near-items.js';
import { rangeOf } from '../../markdown/range-of.js';
import type { Doc, Rec } from '../../markdown/types.js';
import { fieldText } from '../../project/field-text.js';
import type { Snapshot } from '../../workspace/types.js';

const RULE = { rule: 'notification-open', severity: 'warning' } as const;
const ANSWER = 'answer';
const WORD = /^(?:yes|no|ok|okay|approved?|declined?)[.!]?$/i;

export function unreadAnswers(snapshot: Snapshot): Diagnostic[] {
  const records = snapshot.records('NOTIFICATION');
  return [
    ...records.flatMap((record) => ofQuestion(snapshot, record)),
    ...snapshot.filesOf('NOTIFICATION').flatMap((file) => {
      const doc = snapshot.doc(file);
      return doc === undefined ? [] : elsewhere(doc, file, records);
    }),
  ];
}

/** No line for it, or a word below the fields. near-miss reports what is almost a line. */
function ofQuestion(snapshot: Snapshot, record: Rec): Diagnostic[] {
  if (fieldText(record, 'status') !== 'open' || fieldText(record, ANSWER) !== '') return [];
  const doc = snapshot.doc(record.file);
  const body = record.fields.get('body');
  if (doc === undefined) return [];
  const last = body?.value.trim().split('\n').at(-1)?.trim() ?? '';
  if (body !== undefined && WORD.test(last)) {
    const start = doc.text.lastIndexOf(last, body.end);
    return [
      {
        ...RULE,
        message: `"${last}" below ${record.key} is not read as its answer`,
        range: rangeOf(doc, record.file, { start, end: start + last.length }),
        expected: `- **${fieldLabel(ANSWER)}:** ${last}`,
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

/** In the briefing, or above the first question. */
function elsewhere(doc: Doc, file: string, records: readonly Rec[]): Diagnostic[] {
  const whole = { start: 0, end: doc.text.length };
  return nearItems(doc, whole, new Set([ANSWER])).flatMap(({ start, end, value }): Diagnostic[] => {
    const inside = records.some(
      (record) => record.file === file && start >= record.start && start < record.end,
    );
    if (inside || value === '' || value === '-') return [];
    return [
      {
        ...RULE,
        message: 'this answer is not in a question, so no pass reads it',
        range: rangeOf(doc, file, { start, end }),
        expected: 'the line Answer of an open question',
        hint: 'move it to its question, or use nocturne answer',
      },
    ];
  });
}
