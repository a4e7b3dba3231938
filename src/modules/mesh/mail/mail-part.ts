/**
 * Mail as a part of the mesh: sends what is queued until the other node says that it has it, takes
 * what comes in from nodes that may write, and tells them what became of it.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { stamp } from '../../../kernel/clock.js';
import { isPlainName } from '../../../kernel/escape-control-characters.js';
import { messageOf } from '../../../kernel/error.js';
import { sha256 } from '../../../kernel/hash.js';
import { issuesText } from '../../../kernel/issues-text.js';
import { instant } from '../../../project/field-text.js';
import type { LiveNode } from '../node/live-node.js';
import type { Part } from '../node/mesh-service.js';
import type { Message } from '../wire/envelope.js';
import { MeshRefusal } from '../wire/refusal.js';
import {
  isDone,
  keyOfIncoming,
  LONGEST_MAIL,
  LONGEST_SUBJECT,
  type Mail,
  MAIL_ID,
  MAIL_KINDS,
  mails,
  mailText,
  stateNow,
} from './mail.js';
import { noteState, writeMail } from './mail-changes.js';

const LOOK_MS = 2_000;
/** Until the other side says that it has it; later it is only asked what became of it. */
const AGAIN_MS = { arriving: 15_000, waiting: 120_000 };
/** Of one node that nobody has read. */
export const MOST_WAITING = 200;

const PROJECT = z.string().regex(/^(?:[a-z0-9][a-z0-9-]*)?$/);
const PAYLOAD = z.strictObject({
  id: z.string().regex(MAIL_ID),
  kind: z.enum(MAIL_KINDS),
  project: PROJECT,
  from: PROJECT,
  subject: z.string().refine((text) => isPlainName(text, LONGEST_SUBJECT)),
  replyTo: z.string().regex(/^(?:ML-[0-9a-f]{20})?$/),
  time: z.string().refine((text) => instant(text) !== undefined),
  due: z.string().refine((text) => instant(text) !== undefined),
  text: z.string().max(LONGEST_MAIL),
});
const RECEIPT = z.strictObject({
  id: z.string().regex(MAIL_ID),
  sha256: z.string(),
  state: z.enum(['received', 'delivered', 'answered', 'refused']),
  why: z.string().max(300),
});
type Receipt = z.infer<typeof RECEIPT>;

export class MailPart implements Part {
  readonly #lookMs: number;
  /** When each was sent last, to which session. */
  readonly #sent = new Map<string, { readonly at: number; readonly session: string }>();
  /** The last state of incoming mail that its sender was told. */
  readonly #told = new Map<string, string>();

  constructor({ lookMs = LOOK_MS }: { readonly lookMs?: number } = {}) {
    this.#lookMs = lookMs;
  }

  begin(node: LiveNode): void {
    node.on('mail', (message) => this.#take(node, message));
    node.on('receipt', (message) => this.#learn(node, message));
  }

  async run(node: LiveNode, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.#round(node);
      await pause(this.#lookMs, undefined, { signal }).catch(() => undefined);
    }
  }

  #round(node: LiveNode): void {
    const snapshot = node.workspace.snapshot();
    for (const mail of mails(snapshot)) {
      if (mail.box === 'in') this.#tell(node, mail);
      else if (stateNow(mail, snapshot.now) === 'unknown' && mail.state !== 'unknown')
        noteState(node.workspace, mail.key, { state: 'unknown', why: 'nothing was heard in time' });
      else if (!isDone(mail) && mail.state !== 'unknown')
        this.#send(node, mail, mailText(snapshot, mail));
    }
  }

  /** A node that has started again may have lost what was under way. */
  #send(node: LiveNode, mail: Mail, text: string): void {
    const session = node.heard().get(mail.node)?.announcement.session;
    if (session === undefined) return;
    const last = this.#sent.get(mail.key);
    const isArriving = mail.state === 'queued' || mail.state === 'sent';
    const patience = isArriving ? AGAIN_MS.arriving : AGAIN_MS.waiting;
    if (last?.session === session && performance.now() - last.at < patience) return;
    const { id, kind, subject, replyTo, time } = mail;
    const due = stamp(new Date(mail.due));
    const names = { project: mail.peerProject, from: mail.project };
    const payload = { id, kind, ...names, subject, replyTo, time, due, text };
    if (!trySend(node, 'mail', mail.node, payload)) return;
    this.#sent.set(mail.key, { at: performance.now(), session });
    noteState(node.workspace, mail.key, { state: 'sent' });
  }

  #take(node: LiveNode, { from, payload }: Message): void {
    const read = PAYLOAD.safeParse(payload);
    if (!read.success)
      throw new MeshRefusal(
        'malformed',
        `a mail from ${from} that cannot be read: ${issuesText(read.error.issues, 'mail')}`,
      );
    const { id, kind, project, subject, replyTo, time, due, text } = read.data;
    const refuse = (why: string): void => {
      const receipt = { id, sha256: sha256(text), state: 'refused', why } satisfies Receipt;
      trySend(node, 'receipt', from, receipt);
    };
    if (!node.may(from, 'mail')) return refuse(`the owner of ${node.node} lets it write nothing`);
    const snapshot = node.workspace.snapshot();
    const key = keyOfIncoming(from, id);
    const present = mails(snapshot);
    const before = present.find((mail) => mail.key === key);
    if (before !== undefined) {
      if (before.sha256 !== sha256(text)) return refuse('another mail has this id');
      this.#told.delete(key);
      return this.#tell(node, before);
    }
    if (project !== '' && snapshot.record('PROJECT', project) === undefined)
      return refuse(`${node.node} has no project ${project}`);
    const waiting = present.filter((mail) => mail.node === from && mail.state === 'received');
    if (waiting.length >= MOST_WAITING)
      return refuse(`${MOST_WAITING} mails of it wait to be read`);
    const names = { project, peerProject: read.data.from };
    const content = { id, node: from, kind, subject, replyTo, time, due, text };
    writeMail(node.workspace, { key, box: 'in', ...names, ...content });
    const taken = mails(node.workspace.snapshot()).find((mail) => mail.key === key);
    if (taken !== undefined) this.#tell(node, taken);
  }

  /** Its sender, once for each state. */
  #tell(node: LiveNode, { key, id, sha256: hash, state, node: to }: Mail): void {
    const known = RECEIPT.shape.state.safeParse(state);
    if (!known.success || this.#told.get(key) === state) return;
    const receipt: Receipt = { id, sha256: hash, state: known.data, why: '' };
    if (trySend(node, 'receipt', to, receipt)) this.#told.set(key, state);
  }

  /** `answered` is known by the answer itself, so that a receipt alone does not claim it. */
  #learn(node: LiveNode, { from, payload }: Message): void {
    const read = RECEIPT.safeParse(payload);
    if (!read.success) throw new MeshRefusal('malformed', `a receipt of ${from} that is none`);
    const { id, sha256: hash, state, why } = read.data;
    const mail = mails(node.workspace.snapshot()).find(
      (each) => each.box === 'out' && each.node === from && each.id === id,
    );
    if (mail === undefined || mail.sha256 !== hash) return;
    const known = state === 'answered' ? 'delivered' : state;
    noteState(node.workspace, mail.key, { state: known, ...(why === '' ? {} : { why }) });
  }
}

/** False: the other node is not there now, or it is too long. */
function trySend(node: LiveNode, kind: 'mail' | 'receipt', to: string, payload: unknown): boolean {
  try {
    node.send(kind, to, payload);
    return true;
  } catch (error) {
    node.say(`a ${kind} to ${to} waits: ${messageOf(error)}`);
    return false;
  }
}
