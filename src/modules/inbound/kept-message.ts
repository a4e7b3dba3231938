/** The stored form of a message: a record, and its text in a fence that the text cannot close. */
import { keptBody, keptText } from '../../agents/kept-text.js';
import type { Rec } from '../../markdown/types.js';
import { fieldList, fieldText } from '../../project/field-text.js';
import type { BundleArguments } from '../../workspace/bundle.js';
import type { Snapshot } from '../../workspace/types.js';
import type { IncomingMessage } from './read-incoming-message.js';

/** The text in the fence of a stored message. */
export function textOf(snapshot: Snapshot, record: Rec): string {
  return keptText(snapshot.text(record.file) ?? '');
}

/** The arguments that `message_take`, `message_hold` and `message_release` share. */
export function argumentsOf(message: IncomingMessage, received: string): BundleArguments {
  const {
    key,
    channel,
    sender,
    thread,
    time,
    mention,
    addressedTo,
    messageId,
    attachments,
    sha256,
    text,
  } = message;
  return {
    key,
    channel,
    sender,
    thread: thread || null,
    time,
    mention,
    addressed_to: addressedTo || null,
    message_id: messageId || null,
    attachments: attachments.length === 0 ? null : [...attachments],
    received,
    sha256,
    body: keptBody(text),
  };
}

/** A stored message as it arrived. */
export function incomingMessageOf(snapshot: Snapshot, record: Rec): IncomingMessage {
  const field = (name: string): string => fieldText(record, name);
  return {
    key: record.key,
    channel: field('channel'),
    sender: field('sender').normalize('NFC'),
    thread: field('thread'),
    time: field('time'),
    mention: field('mention') === 'true',
    addressedTo: field('addressed_to'),
    messageId: field('message_id'),
    attachments: fieldList(record, 'attachments'),
    sha256: field('sha256'),
    text: textOf(snapshot, record),
  };
}
