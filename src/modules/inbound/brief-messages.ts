/** Quotes a project's waiting messages in its next brief, with their sources. */
import type { Fragment } from '../../agents/types.js';
import { sha256 } from '../../kernel/hash.js';
import type { Rec } from '../../markdown/types.js';
import { fieldList, fieldText } from '../../project/field-text.js';
import type { Snapshot } from '../../workspace/types.js';
import { textOf } from './kept-message.js';

/** At most this many in one brief, oldest first; the next pass gets the others. */
const MOST = 20;

/** Nothing until one message asks for the pass; then all waiting messages. */
export function waitingMessages(snapshot: Snapshot, project: string): readonly Rec[] {
  const waiting = snapshot
    .records('MESSAGE')
    .filter(
      (record) =>
        fieldText(record, 'project') === project && fieldText(record, 'state') === 'waiting',
    );
  if (!waiting.some((record) => fieldText(record, 'engaged') === 'true')) return [];
  return [...waiting].sort((a, b) => order(a).localeCompare(order(b), 'en')).slice(0, MOST);
}

export function messageFragment(snapshot: Snapshot, record: Rec): Fragment {
  const field = (name: string): string => fieldText(record, name);
  const text = textOf(snapshot, record);
  const names = fieldList(record, 'attachments');
  const thread = field('thread') === '' ? '' : `, thread ${JSON.stringify(field('thread'))}`;
  const attached =
    names.length === 0
      ? ''
      : `\n[not opened: ${names.length} ${names.length === 1 ? 'attachment' : 'attachments'}]`;
  return {
    title: `A message from ${JSON.stringify(field('sender'))} on ${field('channel')}`,
    source: sourceOf(record, thread),
    sha256: sha256(text),
    text: `${text}${attached}`,
    trust: 'data',
  };
}

export function sourceOf(
  record: Rec,
  thread = fieldText(record, 'thread') === ''
    ? ''
    : `, thread ${JSON.stringify(fieldText(record, 'thread'))}`,
): string {
  return `${record.file}, sent ${fieldText(record, 'time')}${thread}`;
}

function order(record: Rec): string {
  return `${fieldText(record, 'time')} ${record.key}`;
}
