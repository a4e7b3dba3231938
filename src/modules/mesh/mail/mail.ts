/**
 * A mail between agents of two nodes, as its page in `mesh/mail/` has it. That it was sent does not
 * say that it arrived, and that it arrived does not say that anybody has read it.
 */
import { keptText } from '../../../agents/kept-text.js';
import type { Rec } from '../../../markdown/types.js';
import { fieldText, fieldTime } from '../../../project/field-text.js';
import type { Snapshot } from '../../../workspace/types.js';

export const MAIL = 'MESH-MAIL';
export const MAIL_KINDS = ['request', 'answer', 'note', 'handover'] as const;
export type MailKind = (typeof MAIL_KINDS)[number];
export const MAIL_STATES = [
  'queued',
  'sent',
  'received',
  'delivered',
  'answered',
  'unknown',
  'refused',
] as const;
export type MailState = (typeof MAIL_STATES)[number];

export type Mail = {
  /** Of the page. */
  readonly key: string;
  readonly file: string;
  /** The sender's, the same on both sides. */
  readonly id: string;
  readonly box: 'in' | 'out';
  /** The other one. */
  readonly node: string;
  /** Of this workspace; empty: its owner. */
  readonly project: string;
  readonly peerProject: string;
  readonly kind: MailKind;
  readonly subject: string;
  readonly replyTo: string;
  readonly time: string;
  /** Milliseconds. */
  readonly due: number;
  readonly sha256: string;
  readonly state: MailState;
  readonly runId: string;
  readonly why: string;
};

export const LONGEST_MAIL = 64 * 1024;
export const LONGEST_SUBJECT = 120;
export const MAIL_ID = /^ML-[0-9a-f]{20}$/;

/** What may follow what; a late receipt may still end what was unknown. */
const LATER: Readonly<Record<MailState, readonly MailState[]>> = {
  queued: ['sent', 'received', 'delivered', 'answered', 'unknown', 'refused'],
  sent: ['received', 'delivered', 'answered', 'unknown', 'refused'],
  received: ['delivered', 'answered', 'unknown'],
  delivered: ['answered', 'unknown'],
  unknown: ['received', 'delivered', 'answered', 'refused'],
  answered: [],
  refused: [],
};

export function mayBecome(before: MailState, after: MailState): boolean {
  return LATER[before].includes(after);
}

/** Nothing more is expected of it. A request has to be answered, the others read. */
export function isDone({ state, kind }: Pick<Mail, 'state' | 'kind'>): boolean {
  const isRead = state === 'delivered' && kind !== 'request';
  return isRead || state === 'answered' || state === 'refused';
}

/** Past its time, what became of an outgoing mail is unknown; that is not a failure. */
export function stateNow(mail: Mail, now: Date): MailState {
  const isLate = mail.box === 'out' && !isDone(mail) && now.getTime() > mail.due;
  return isLate ? 'unknown' : mail.state;
}

/** The oldest first. */
export function mails(snapshot: Snapshot): readonly Mail[] {
  if (!snapshot.schema.objects.has(MAIL)) return [];
  return snapshot
    .records(MAIL)
    .map(mailOf)
    .sort((a, b) => `${a.time} ${a.key}`.localeCompare(`${b.time} ${b.key}`, 'en'));
}

export function mailText(snapshot: Snapshot, { file }: Pick<Mail, 'file'>): string {
  return keptText(snapshot.text(file) ?? '');
}

/** The mail of that node with that id, which it gave it. */
export function keyOfIncoming(node: string, id: string): string {
  return `${node}-${id}`;
}

function mailOf(record: Rec): Mail {
  const field = (name: string): string => fieldText(record, name);
  return {
    key: record.key,
    file: record.file,
    id: field('mail_id'),
    box: field('box') === 'in' ? 'in' : 'out',
    node: field('node'),
    project: field('project'),
    peerProject: field('peer_project'),
    kind: MAIL_KINDS.find((kind) => kind === field('kind')) ?? 'note',
    subject: field('subject'),
    replyTo: field('reply_to'),
    time: field('time'),
    due: fieldTime(record, 'due') ?? 0,
    sha256: field('sha256'),
    state: MAIL_STATES.find((state) => state === field('state')) ?? 'unknown',
    runId: field('run_id'),
    why: field('why'),
  };
}
