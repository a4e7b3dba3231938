/** Mail in briefs: quoted as data, oldest first, and delivered when the pass is recorded. */
import type { Fragment } from '../../../agents/types.js';
import { sha256 } from '../../../kernel/hash.js';
import type { FragmentContext, ModuleChange, RecordContext } from '../../../passes/module.js';
import type { Snapshot } from '../../../workspace/types.js';
import { type Mail, mails, mailText } from './mail.js';
import { stateChanges } from './mail-changes.js';

/** In one brief; the next one gets the others. */
const MOST = 20;

export function mailFragments({
  snapshot,
  project,
}: Pick<FragmentContext, 'snapshot' | 'project'>): readonly Fragment[] {
  if (project === undefined) return [];
  return waiting(snapshot, project)
    .slice(0, MOST)
    .map((mail) => ({
      title: `A ${mail.kind} by mail from an agent of ${mail.node}: ${JSON.stringify(mail.subject)}`,
      source: sourceOf(mail),
      sha256: sha256(mailText(snapshot, mail)),
      text: `${mailText(snapshot, mail)}${howToAnswer(mail)}`,
      trust: 'data',
    }));
}

export function deliveredMail({
  snapshot,
  project,
  runId,
  used,
}: RecordContext): ModuleChange | undefined {
  if (project === undefined) return undefined;
  const read = waiting(snapshot, project).filter((mail) => used.has(sourceOf(mail)));
  if (read.length === 0) return undefined;
  return {
    reason: 'mail delivered',
    bundle: 'mesh_mail_state',
    changes: read.flatMap((mail) => stateChanges(snapshot, mail, { state: 'delivered', runId })),
  };
}

function waiting(snapshot: Snapshot, project: string): readonly Mail[] {
  return mails(snapshot).filter(
    (mail) => mail.box === 'in' && mail.state === 'received' && mail.project === project,
  );
}

function sourceOf({ file, node, peerProject, id }: Mail): string {
  return `${file}, ${id} of ${node}${peerProject === '' ? '' : `/${peerProject}`}`;
}

function howToAnswer({ kind, id }: Mail): string {
  return kind === 'request' ? `\n[to answer: nocturne mesh mail send --reply-to ${id}]` : '';
}
