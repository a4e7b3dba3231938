/** `nocturne mesh mail send`, `list` and `read`. */
import { randomBytes } from 'node:crypto';
import { secretReasons } from '../../../governance/guard/secrets.js';
import { stamp } from '../../../kernel/clock.js';
import { EXIT, NocturneError } from '../../../kernel/error.js';
import { isPlainName } from '../../../kernel/escape-control-characters.js';
import { readInputText } from '../../../kernel/read-input.js';
import { instant } from '../../../project/field-text.js';
import type { Snapshot, Workspace } from '../../../workspace/types.js';
import type { CommandResult, ModuleCommand, ModuleCommandContext, Parsed } from '../../types.js';
import { type NewMail, noteState, usualDue, writeMail } from '../mail/mail-changes.js';
import {
  isDone,
  LONGEST_MAIL,
  LONGEST_SUBJECT,
  type Mail,
  type MailKind,
  mails,
  mailText,
  stateNow,
} from '../mail/mail.js';
import { keptRoster } from '../roster.js';
import { meshDistrusted, meshSettings } from '../settings.js';
import { HOW_TO_BEGIN, MESH_OFF, offNote } from '../node/reach-text.js';

export const meshMail: ModuleCommand = {
  summary: 'write to agents and owners of other nodes, and see what became of it',
  forAgents: 'project',
  args: '<send|list|read|handover> [node-or-id]',
  options: [
    { flags: '--subject <text>', description: 'send: one line' },
    { flags: '--text <text>', description: 'send: the mail' },
    { flags: '--file <file>', description: 'send: a file with the text; - for standard input' },
    { flags: '--request', description: 'send: it wants an answer' },
    { flags: '--due <time>', description: 'send: when it is unknown what became of it' },
    { flags: '--reply-to <id>', description: 'send: answers a mail that came in' },
    {
      flags: '--project <name>',
      description: 'for the owner: whose mail it is, or the project of a hand-over',
    },
    { flags: '--all', description: 'list: include mail that is done' },
  ],
  examples: [
    'nocturne mesh mail send gpu-box/training --request --subject "Which data?" --text "Which?"',
    'nocturne mesh mail send --reply-to ML-0f3a9c2b7d1e4a5f6b7c --text "The second one."',
    'nocturne mesh mail handover gpu-box/training --project tea',
    'nocturne mesh mail list --all',
    'nocturne mesh mail read ML-0f3a9c2b7d1e4a5f6b7c',
  ],
  run(context, { args: [action = '', what = ''], options }) {
    if (action === 'send') return send(context, what, options);
    if (action === 'handover') return handOver(context, what, options);
    if (action === 'list') return list(context, options['all'] === true);
    if (action === 'read') return read(context, what);
    throw new NocturneError('USAGE', `"${action}" is nothing that mail does`, {
      hint: 'nocturne mesh mail send, list, read or handover',
    });
  },
};

function send(
  context: ModuleCommandContext,
  to: string,
  options: Parsed['options'],
): CommandResult {
  const workspace = context.workspace();
  requireMail(workspace);
  const snapshot = workspace.snapshot();
  const { pass } = context.acting();
  const option = (name: string): string => (typeof options[name] === 'string' ? options[name] : '');
  const answers = answered(snapshot, option('replyTo'), pass?.project);
  const [node = '', peerProject = ''] =
    answers === undefined ? to.split('/') : [answers.node, answers.peerProject];
  return post(context, {
    ...{ node, peerProject, text: textOf(context, options), due: option('due') },
    kind: kindOf(answers, options['request'] === true),
    subject: option('subject') || (answers === undefined ? '' : `Re: ${answers.subject}`),
    project: answers?.project ?? pass?.project ?? option('project'),
    replyTo: answers?.id ?? '',
  });
}

/** The next agent gets everything that it needs; this project is the owner's to pause. */
async function handOver(
  context: ModuleCommandContext,
  to: string,
  options: Parsed['options'],
): Promise<CommandResult> {
  context.requireOwner('handing over a project');
  const workspace = context.workspace();
  requireMail(workspace);
  const snapshot = workspace.snapshot();
  const slug = String(options['project'] ?? '');
  const project = snapshot.record('PROJECT', slug);
  if (project === undefined)
    throw new NocturneError('NOT_FOUND', `there is no project "${slug}"`, {
      hint: 'give --project with a name from nocturne project list',
    });
  const [node = '', peerProject = ''] = to.split('/');
  const { handOverText } = await import('../mail/hand-over.js');
  const text = (await handOverText(workspace, snapshot, project)).slice(0, LONGEST_MAIL);
  const subject = `Hand-over of ${slug}`;
  const about = { kind: 'handover', subject, project: slug, replyTo: '', due: '' } as const;
  const { text: said, ...sent } = post(context, { node, peerProject, text, ...about });
  const next = `nocturne project pause ${slug} keeps two agents from the same work.`;
  return { ...sent, text: `${said}\n${next}` };
}

type Letter = Pick<NewMail, 'node' | 'peerProject' | 'kind' | 'subject' | 'project' | 'replyTo'> & {
  readonly text: string;
  readonly due: string;
};

function post(context: ModuleCommandContext, letter: Letter): CommandResult {
  const workspace = context.workspace();
  const snapshot = workspace.snapshot();
  const { node, kind, text } = letter;
  requirePeer(workspace, snapshot, node);
  const subject = letter.subject.slice(0, LONGEST_SUBJECT);
  requirePlain(subject, text);
  const id = `ML-${randomBytes(10).toString('hex')}`;
  const due = dueOf(letter.due, kind, snapshot);
  const { actor, runId } = context.acting();
  const time = stamp(snapshot.now);
  writeMail(
    workspace,
    { ...letter, key: id, id, box: 'out', subject, time, due },
    { actor, runId },
  );
  return {
    exit: EXIT.ok,
    text: `${id} to ${node} waits here: nocturne serve sends it, and mesh mail list says what became of it.`,
    json: { id, node, due },
  };
}

function list(context: ModuleCommandContext, all: boolean): CommandResult {
  const snapshot = context.workspace().snapshot();
  const own = context.acting().pass?.project;
  const shown = mails(snapshot)
    .filter(({ project }) => own === undefined || project === own)
    .map((mail) => ({ ...mail, state: stateNow(mail, snapshot.now) }))
    .filter((mail) => all || !isDone(mail));
  const lines = shown.map(
    ({ id, box, node, state, kind, subject, why }) =>
      `${id}  ${box === 'in' ? 'from' : 'to  '} ${node}  ${state.padEnd(9)} ${kind}: ${JSON.stringify(subject)}${why === '' ? '' : ` (${why})`}`,
  );
  const text = lines.length === 0 ? `There is no mail.${offNote(snapshot)}` : lines.join('\n');
  return { exit: EXIT.ok, text, json: { mails: shown } };
}

/** A mail to the owner is delivered when the owner reads it. */
function read(context: ModuleCommandContext, id: string): CommandResult {
  const workspace = context.workspace();
  const snapshot = workspace.snapshot();
  const { pass } = context.acting();
  const mail = mails(snapshot).find(
    (each) => each.id === id && (pass === undefined || each.project === pass.project),
  );
  if (mail === undefined) throw noSuchMail(id);
  const isRead = pass === undefined && mail.box === 'in' && mail.state === 'received';
  if (isRead) noteState(workspace, mail.key, { state: 'delivered' });
  const { file: _, key: _key, ...facts } = mail;
  const text = mailText(snapshot, mail);
  const head = Object.entries({ ...facts, due: stamp(new Date(mail.due)) })
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${name}: ${value}`);
  return { exit: EXIT.ok, text: [...head, '', text].join('\n'), json: { ...facts, text } };
}

function requireMail(workspace: Workspace): void {
  const snapshot = workspace.snapshot();
  const distrust = meshDistrusted(workspace, snapshot);
  if (distrust !== undefined || meshSettings(snapshot) === undefined)
    throw new NocturneError('CONFIG', distrust ?? MESH_OFF, { hint: HOW_TO_BEGIN });
}

/** Mail goes both ways, or not at all. */
function requirePeer({ state }: Workspace, snapshot: Snapshot, node: string): void {
  const revoked = keptRoster(state)?.nodes.find(({ id }) => id === node)?.revoked;
  if (revoked !== undefined)
    throw new NocturneError('REFUSED', `${node} is no longer in the mesh: it was revoked`, {
      hint: 'nocturne mesh nodes lists the nodes',
    });
  const peers = meshSettings(snapshot)?.peers ?? [];
  const writers = peers.filter(({ may }) => may.includes('mail')).map((peer) => peer.node);
  if (!writers.includes(node))
    throw new NocturneError('REFUSED', `the owner does not allow mail with "${node}"`, {
      hint: `nodes with mail: ${writers.join(', ') || 'none'}; nocturne mesh allow NODE mail --also`,
    });
}

function answered(snapshot: Snapshot, id: string, own: string | undefined): Mail | undefined {
  if (id === '') return undefined;
  const mail = mails(snapshot).find(
    (each) => each.id === id && each.box === 'in' && (own === undefined || each.project === own),
  );
  if (mail === undefined) throw noSuchMail(id);
  return mail;
}

function kindOf(answers: Mail | undefined, isRequest: boolean): MailKind {
  if (isRequest) return 'request';
  return answers === undefined ? 'note' : 'answer';
}

function textOf(context: ModuleCommandContext, options: Parsed['options']): string {
  const { text, file } = options;
  if (typeof text === 'string') return text;
  const hint = 'give --text, or --file with a path or - for standard input';
  if (typeof file !== 'string') throw new NocturneError('USAGE', 'the mail has no text', { hint });
  return readInputText({ cwd: context.cwd, file, hint });
}

function requirePlain(subject: string, text: string): void {
  if (!isPlainName(subject, LONGEST_SUBJECT))
    throw new NocturneError('BAD_VALUE', 'the subject is empty or has invisible characters', {
      hint: `give --subject, one line of at most ${LONGEST_SUBJECT} characters`,
    });
  if (text.trim() === '' || text.length > LONGEST_MAIL)
    throw new NocturneError('BAD_VALUE', `the mail has ${text.length} characters`, {
      hint: `1 to ${LONGEST_MAIL} are possible; larger things are files of a task`,
    });
  const reasons = secretReasons(`${subject}\n\n${text}`, 'the mail');
  if (reasons.length > 0)
    throw new NocturneError('REFUSED', 'the mail contains something that looks like a credential', {
      reasons,
      hint: 'write where it is stored instead',
    });
}

function dueOf(due: string, kind: MailKind, { now }: Snapshot): string {
  if (due === '') return usualDue(kind, now);
  const time = instant(due);
  if (time === undefined || time <= now.getTime())
    throw new NocturneError('BAD_VALUE', `--due is ${JSON.stringify(due)}`, {
      hint: 'give a future time with its zone, such as 2027-01-01T08:00:00Z',
    });
  return stamp(new Date(time));
}

function noSuchMail(id: string): NocturneError {
  if (id === '')
    return new NocturneError('USAGE', 'no mail is named', {
      hint: 'nocturne mesh mail read ML-...; nocturne mesh mail list --all shows them',
    });
  return new NocturneError('NOT_FOUND', `there is no mail "${id}"`, {
    hint: 'nocturne mesh mail list --all shows them',
  });
}
