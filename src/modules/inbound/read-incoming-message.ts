/** Reads a channel's file as an incoming message, or says what is wrong with it. */
import type { Rec } from '../../markdown/types.js';
import { readFrontMatter } from '../../markdown/front-matter.js';
import { scan } from '../../markdown/scan.js';
import { fieldList, fieldText, instant } from '../../project/field-text.js';
import type { Refusal } from '../../governance/admission.js';
import { stamp } from '../../kernel/clock.js';
import { sha256 } from '../../kernel/hash.js';
import type { FileEntry, Snapshot } from '../../workspace/types.js';
import { isPlainName, escapeControlCharacters } from '../../kernel/escape-control-characters.js';

export type IncomingMessage = {
  readonly key: string;
  readonly channel: string;
  readonly sender: string;
  readonly thread: string;
  /** UTC, whole seconds. */
  readonly time: string;
  readonly mention: boolean;
  readonly addressedTo: string;
  readonly messageId: string;
  readonly attachments: readonly string[];
  /** Hash of the file as it arrived. */
  readonly sha256: string;
  readonly text: string;
};

/** `unfinished`: its channel may still be writing it, so it stays. */
export type MessageReading =
  | { readonly kind: 'message'; readonly message: IncomingMessage }
  | { readonly kind: 'unfinished'; readonly why: string }
  | { readonly kind: 'bad'; readonly reason: Refusal; readonly why: string };

export const MAX_BYTES = 64 * 1024;
/** How long a file may have incomplete front matter. */
const PATIENCE_MS = 10 * 60_000;
const MOST = { channel: 32, sender: 100, thread: 64, id: 200, attachment: 120, attachments: 20 };
const KNOWN = new Set([
  'channel',
  'sender',
  'thread',
  'time',
  'mention',
  'id',
  'to',
  'attachments',
]);

/** @param fileTime the file system's time (`fileSystemNow`). */
export function readIncomingMessage(
  snapshot: Snapshot,
  entry: FileEntry,
  fileTime: number,
): MessageReading {
  if (entry.kind !== 'file' || entry.links > 1)
    return {
      kind: 'unfinished',
      why: 'it is a link, or its name is not one of a message, so it is ignored',
    };
  if (entry.size > MAX_BYTES)
    return {
      kind: 'bad',
      reason: 'too-large',
      why: `it has ${entry.size} bytes; at most ${MAX_BYTES} are accepted`,
    };
  // The sender can set `mtime`, and a late one would keep the message waiting.
  const waits = fileTime - entry.ctimeMs < PATIENCE_MS;
  const unfit = (why: string): MessageReading =>
    waits ? { kind: 'unfinished', why } : { kind: 'bad', reason: 'malformed', why };
  const text = snapshot.text(entry.path);
  if (text === undefined) return unfit('it is not UTF-8 text');
  const doc = scan(text);
  if (doc.frontMatter === undefined) return unfit('its front matter is missing or not closed');
  const { fields, diagnostics } = readFrontMatter(doc, entry.path);
  if (diagnostics.length > 0) return bad('its front matter cannot be parsed');
  const stranger = [...fields.keys()].find((name) => !KNOWN.has(name));
  if (stranger !== undefined) return bad('its front matter has an unknown field');
  const record: Rec = {
    object: 'MESSAGE',
    key: '',
    file: entry.path,
    fields,
    range: { file: entry.path, line: 1, column: 1, endLine: 1, endColumn: 1 },
    start: 0,
    end: 0,
  };
  return fromFields(record, {
    body: text.slice(doc.frontMatter.end),
    hash: sha256(snapshot.bytes(entry.path) ?? text),
  });
}

function fromFields(
  record: Rec,
  content: { readonly body: string; readonly hash: string },
): MessageReading {
  const fields = namedFields(record);
  const { channel, sender, thread, id, to, mention } = fields;
  const sent = instant(fieldText(record, 'time'));
  const attachments = fieldList(record, 'attachments');
  const problem = problemOf(record, { fields, sent, attachments });
  if (problem !== undefined || sent === undefined) return bad(problem ?? 'its time is missing');
  const key = `M-${sha256(`${channel}\0${id === '' ? content.hash : `id ${id}`}`).slice(0, 20)}`;
  const text = escapeControlCharacters(content.body.replace(/^\r?\n/, '')).replace(/\s+$/, '');
  if (text.length > MAX_BYTES)
    return {
      kind: 'bad',
      reason: 'too-large',
      why: `with its control characters written out, it has ${text.length} characters`,
    };
  return {
    kind: 'message',
    message: {
      key,
      channel,
      sender,
      thread,
      time: stamp(new Date(sent)),
      mention: mention === 'true',
      addressedTo: to,
      messageId: id,
      attachments,
      sha256: content.hash,
      text,
    },
  };
}

type Named = Readonly<Record<'channel' | 'sender' | 'thread' | 'id' | 'to' | 'mention', string>>;

function namedFields(record: Rec): Named {
  const field = (name: string): string => fieldText(record, name).normalize('NFC');
  return {
    channel: field('channel'),
    sender: field('sender'),
    thread: field('thread'),
    id: field('id'),
    to: field('to'),
    mention: field('mention'),
  };
}

/** Why the first invalid field is invalid. */
function problemOf(
  record: Rec,
  read: {
    readonly fields: Named;
    readonly sent: number | undefined;
    readonly attachments: readonly string[];
  },
): string | undefined {
  const { fields, sent, attachments } = read;
  const { channel, sender, thread, id, to, mention } = fields;
  const hidden = 'or contains invisible characters';
  const attachmentsFit =
    attachments.length <= MOST.attachments &&
    isListOfNames(record) &&
    attachments.every((name) => isPlainName(name, MOST.attachment));
  const checks: readonly (readonly [fits: boolean, problem: string])[] = [
    [
      /^[a-z][a-z0-9_-]*$/.test(channel) && channel.length <= MOST.channel,
      'its channel is not one short word in lower case',
    ],
    [
      isPlainName(sender, MOST.sender),
      `its sender is empty, longer than ${MOST.sender} characters, ${hidden}`,
    ],
    [
      thread === '' || isPlainName(thread, MOST.thread),
      `its thread is longer than ${MOST.thread} characters, ${hidden}`,
    ],
    [
      id === '' || isPlainName(id, MOST.id),
      `its id is longer than ${MOST.id} characters, ${hidden}`,
    ],
    [to === '' || /^[a-z0-9][a-z0-9-]*$/.test(to), 'its addressee is not the name of a project'],
    [sent !== undefined, 'its time is not a time with a zone'],
    [['', 'true', 'false'].includes(mention), 'its mention is neither true nor false'],
    [attachmentsFit, 'its attachments are not a short list of names'],
  ];
  return checks.find(([fits]) => !fits)?.[1];
}

function isListOfNames(record: Rec): boolean {
  const data = record.fields.get('attachments')?.data;
  return (
    data === undefined || (Array.isArray(data) && data.every((item) => typeof item === 'string'))
  );
}

function bad(why: string): MessageReading {
  return { kind: 'bad', reason: 'malformed', why };
}
