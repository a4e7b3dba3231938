/** The commits that write mails: what goes out, what came in, and what became of it. */
import { keptBody } from '../../../agents/kept-text.js';
import { stamp } from '../../../kernel/clock.js';
import { escapeControlCharacters } from '../../../kernel/escape-control-characters.js';
import { sha256 } from '../../../kernel/hash.js';
import { bundleChanges } from '../../../workspace/bundle.js';
import type { Actor, Change, ChangeSet, Snapshot, Workspace } from '../../../workspace/types.js';
import { type Mail, type MailKind, type MailState, mails, mayBecome } from './mail.js';

export type NewMail = Pick<Mail, 'id' | 'box' | 'node' | 'kind' | 'subject'> & {
  readonly key: string;
  readonly project: string;
  readonly peerProject: string;
  readonly replyTo: string;
  readonly time: string;
  readonly due: string;
  readonly text: string;
};
type By = { readonly actor: Actor; readonly runId: string };

const BY_MESH: By = { actor: { kind: 'nocturne', name: 'mesh' }, runId: '' };

/** With an answer, the mail that it answers is answered. */
export function writeMail(workspace: Workspace, said: NewMail, by: By = BY_MESH): void {
  // The text that goes out is the one on the page, so that both sides have the same hash.
  const mail = { ...said, text: escapeControlCharacters(said.text) };
  workspace.commit((view) => {
    if (view.record('MESH-MAIL', mail.key) !== undefined) return { ...by, reason: '', changes: [] };
    const answered = mails(view).find(
      ({ id, node, box }) => id === mail.replyTo && node === mail.node && box !== mail.box,
    );
    const isAnswer = answered !== undefined && mail.kind === 'answer';
    return {
      ...by,
      reason: `mail ${mail.box === 'in' ? 'from' : 'to'} ${mail.node}`,
      bundle: 'mesh_mail_write',
      changes: [
        ...insertMail(view, mail),
        ...(isAnswer ? stateChanges(view, answered, { state: 'answered' }) : []),
        eventOf(view, mail.box === 'in' ? 'mail-received' : 'mail-written', mail, mail.text),
      ],
    };
  });
}

type NewState = { readonly state: MailState; readonly runId?: string; readonly why?: string };

/** Nothing where it may not become that any more. */
export function noteState(workspace: Workspace, key: string, next: NewState): boolean {
  let isNew = false;
  workspace.commit((view): ChangeSet => {
    const mail = mails(view).find((each) => each.key === key);
    isNew = mail !== undefined && mayBecome(mail.state, next.state);
    if (mail === undefined || !isNew) return { ...BY_MESH, reason: '', changes: [] };
    return {
      ...BY_MESH,
      reason: `mail ${next.state}`,
      bundle: 'mesh_mail_state',
      changes: [
        ...stateChanges(view, mail, next),
        eventOf(view, `mail-${next.state}`, mail, undefined, next.why),
      ],
    };
  });
  return isNew;
}

export function stateChanges(
  snapshot: Snapshot,
  mail: Pick<Mail, 'key' | 'state' | 'runId' | 'why'>,
  { state, runId, why }: NewState,
): readonly Change[] {
  if (!mayBecome(mail.state, state)) return [];
  return bundleChanges(snapshot, 'mesh_mail_state', {
    key: mail.key,
    state,
    run_id: runId ?? (mail.runId || null),
    why: why ?? (mail.why || null),
  }).changes;
}

function insertMail(snapshot: Snapshot, mail: NewMail): readonly Change[] {
  const { key, text, id, box, node, kind, subject, time, due } = mail;
  return bundleChanges(snapshot, 'mesh_mail_write', {
    key,
    mail_id: id,
    box,
    node,
    project: mail.project || null,
    peer_project: mail.peerProject || null,
    kind,
    subject,
    reply_to: mail.replyTo || null,
    time,
    due,
    sha256: sha256(text),
    state: box === 'in' ? 'received' : 'queued',
    body: keptBody(text),
  }).changes;
}

function eventOf(
  snapshot: Snapshot,
  event: string,
  { id, node }: Pick<Mail, 'id' | 'node'>,
  text?: string,
  why?: string,
): Change {
  return {
    kind: 'append',
    object: 'MESH-EVENT',
    fields: {
      schema: 1,
      time: snapshot.now.toISOString(),
      event,
      node,
      task: id,
      ...(text === undefined ? {} : { hash: sha256(text) }),
      ...(why === undefined || why === '' ? {} : { why: why.slice(0, 300) }),
    },
  };
}

const DUE_MS: Readonly<Record<MailKind, number>> = {
  request: 24 * 3_600_000,
  answer: 7 * 24 * 3_600_000,
  note: 7 * 24 * 3_600_000,
  handover: 24 * 3_600_000,
};

export function usualDue(kind: MailKind, now: Date): string {
  return stamp(new Date(now.getTime() + DUE_MS[kind]));
}
