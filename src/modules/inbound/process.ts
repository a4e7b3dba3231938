/** Decides about every new or quarantined message, on one snapshot, in one change. */
import { admit, type Admission, type Refusal } from '../../governance/admission.js';
import { isIncomingMessage, isHeldMessage } from '../../governance/incoming-message-path.js';
import {
  type Channel,
  inboundPolicy,
  type InboundPolicy,
  type KnownSender,
} from '../../governance/inbound-policy.js';
import { triggers } from '../../governance/trigger.js';
import { stamp } from '../../kernel/clock.js';
import { isFree } from '../../registry/route.js';
import { fieldText, fieldTime } from '../../project/field-text.js';
import { bundleChanges, type BundleArguments } from '../../workspace/bundle.js';
import type { AuditEntry, Change, FileEntry, Snapshot } from '../../workspace/types.js';
import type { ModuleChange } from '../../passes/module.js';
import { argumentsOf, incomingMessageOf } from './kept-message.js';
import { askArguments } from './question.js';
import { type IncomingMessage, readIncomingMessage } from './read-incoming-message.js';

export type Processing = {
  readonly snapshot: Snapshot;
  readonly step: string;
  /** The file system's time (`fileSystemNow`), which gives the age of a file. */
  readonly fileTime: number;
  /** The id of the next notification. */
  readonly nextQuestion: () => string;
};

const HOUR_MS = 3_600_000;
/** At most this many files at once; the next run gets the others. */
const MOST = 500;

type Work = {
  readonly snapshot: Snapshot;
  readonly step: string;
  readonly fileTime: number;
  readonly nextQuestion: () => string;
  policy: InboundPolicy;
  readonly keys: Set<string>;
  readonly lastHour: Map<string, number>;
  readonly openQuestions: Map<string, number>;
  readonly changes: Change[];
  readonly bundles: Set<string>;
  readonly audit: AuditEntry[];
};

/** `undefined` if there is nothing to do. */
export function processInbox(processing: Processing): ModuleChange | undefined {
  const work = begin(processing);
  for (const record of work.snapshot.records('QUARANTINE'))
    reconsider(
      work,
      incomingMessageOf(work.snapshot, record),
      fieldText(record, 'unverified') === 'true',
    );
  forgetArrivals(work);
  for (const entry of incomingMessages(work.snapshot)) takeIn(work, entry);
  if (work.changes.length === 0 && work.audit.length === 0) return undefined;
  return {
    reason: 'messages sorted',
    bundle: [...work.bundles].join(' '),
    changes: work.changes,
    audit: work.audit,
  };
}

export function incomingMessages(snapshot: Snapshot): readonly FileEntry[] {
  const entries = [...snapshot.files.values()].filter(
    ({ path }) =>
      (isIncomingMessage(path) || isHeldMessage(path)) && !isFree(snapshot.schema, path),
  );
  return entries.sort((a, b) => a.mtimeMs - b.mtimeMs || (a.path < b.path ? -1 : 1)).slice(0, MOST);
}

function begin({ snapshot, step, fileTime, nextQuestion }: Processing): Work {
  const kept = [...snapshot.records('MESSAGE'), ...snapshot.records('QUARANTINE')];
  const work: Work = {
    snapshot,
    step,
    fileTime,
    nextQuestion,
    policy: inboundPolicy(snapshot),
    keys: new Set(kept.map((record) => record.key)),
    lastHour: new Map(),
    openQuestions: new Map(),
    changes: [],
    bundles: new Set(),
    audit: [],
  };
  for (const record of kept)
    if (snapshot.now.getTime() - (fieldTime(record, 'received') ?? 0) < HOUR_MS)
      count(work.lastHour, senderKey(fieldText(record, 'channel'), fieldText(record, 'sender')));
  for (const sender of work.policy.senders)
    if (sender.verdict === 'asked') count(work.openQuestions, sender.channel);
  return work;
}

/** Decides again about a held message: the owner may have answered, or closed its channel. */
function reconsider(work: Work, message: IncomingMessage, unverified: boolean): void {
  const admission = admit(work.policy, envelopeOf(message, unverified), {
    lastHour: 0,
    openQuestions: 0,
  });
  if (admission.kind === 'hold') {
    if (admission.ask) ask(work, message, admission);
    return;
  }
  const placed = admission.kind === 'refuse' ? admission : engage(admission, message);
  if (placed.kind === 'refuse') {
    run(work, 'message_refuse', { key: message.key });
    return drop(work, { target: message.key, message, ...placed });
  }
  run(work, 'message_release', {
    ...argumentsOf(message, stamp(work.snapshot.now)),
    project: placed.project,
    engaged: placed.engaged,
    note: placed.note,
  });
  note(work, message, 'ok', `released for ${placed.project}: ${placed.why}`);
}

/** An answer about arrivals covers the messages that waited for it, and no later ones. */
function forgetArrivals(work: Work): void {
  const decided = work.policy.senders.filter(
    (sender) => sender.about === 'arrivals' && sender.verdict !== 'asked',
  );
  for (const sender of decided)
    run(work, 'sender_forget', { id: sender.id, reason: 'carried out' });
  work.policy = {
    ...work.policy,
    senders: work.policy.senders.filter((sender) => !decided.includes(sender)),
  };
}

function takeIn(work: Work, entry: FileEntry): void {
  const reading = readIncomingMessage(work.snapshot, entry, work.fileTime);
  if (reading.kind === 'unfinished') return;
  work.changes.push({ kind: 'delete', path: entry.path });
  if (reading.kind === 'bad')
    return drop(work, { target: entry.path, reason: reading.reason, why: reading.why });
  const { message } = reading;
  if (work.keys.has(message.key))
    return drop(work, {
      target: message.key,
      message,
      reason: 'duplicate',
      why: 'it arrived before',
    });
  const who = senderKey(message.channel, message.sender);
  const unverified = isHeldMessage(entry.path);
  const admission = admit(work.policy, envelopeOf(message, unverified), {
    lastHour: work.lastHour.get(who) ?? 0,
    openQuestions: work.openQuestions.get(message.channel) ?? 0,
  });
  const placed = admission.kind === 'admit' ? engage(admission, message) : admission;
  if (placed.kind === 'refuse') return drop(work, { target: message.key, message, ...placed });
  work.keys.add(message.key);
  count(work.lastHour, who);
  const args = argumentsOf(message, stamp(work.snapshot.now));
  if (placed.kind === 'hold') {
    run(work, 'message_hold', { ...args, unverified });
    note(
      work,
      message,
      'held',
      placed.about === 'sender'
        ? 'the sender is unknown'
        : 'it appeared while an agent was working',
    );
    if (placed.ask) ask(work, message, placed);
    return;
  }
  run(work, 'message_take', {
    ...args,
    project: placed.project,
    engaged: placed.engaged,
    note: placed.note,
  });
  note(work, message, 'ok', `accepted for ${placed.project}: ${placed.why}`);
}

type Placed =
  | {
      readonly kind: 'placed';
      readonly project: string;
      readonly engaged: boolean;
      readonly why: string;
      readonly note: string | null;
    }
  | Extract<Admission, { kind: 'refuse' }>;

/** Decides after admission: messages from a denied sender never wait for a later one. */
function engage(
  { channel, project }: { readonly channel: Channel; readonly project: string },
  message: IncomingMessage,
): Placed {
  const { engaged, why, failed } = triggers(channel, message);
  if (!engaged && channel.ignored === 'drop') return { kind: 'refuse', reason: 'not-engaged', why };
  return {
    kind: 'placed',
    project,
    engaged,
    why: engaged ? why : `waits for the next message that asks for a pass: ${why}`,
    note: failed === true ? why : null,
  };
}

function ask(
  work: Work,
  message: IncomingMessage,
  held: Extract<Admission, { kind: 'hold' }>,
): void {
  const question = work.nextQuestion();
  run(
    work,
    'sender_ask',
    askArguments({ policy: work.policy, message, about: held.about, id: held.question, question }),
  );
  const asked: KnownSender = {
    channel: message.channel,
    sender: message.sender,
    verdict: 'asked',
    about: held.about,
    projects: [],
    from: 'answer',
    id: held.question,
  };
  work.policy = { ...work.policy, senders: [...work.policy.senders, asked] };
  count(work.openQuestions, message.channel);
  work.audit.push({
    step: work.step,
    type: 'sender_ask',
    target: question,
    authorisation: '',
    result: 'ok',
    detail: `${JSON.stringify(message.sender)} on ${message.channel}`,
  });
}

function run(work: Work, name: string, args: BundleArguments): void {
  work.changes.push(...bundleChanges(work.snapshot, name, args).changes);
  work.bundles.add(name);
}

/** A refusal leaves one audit row, without the text of the message. */
function drop(
  work: Work,
  options: {
    readonly target: string;
    readonly message?: IncomingMessage;
    readonly reason: Refusal;
    readonly why: string;
  },
): void {
  const who =
    options.message === undefined
      ? ''
      : ` (${JSON.stringify(options.message.sender)} on ${options.message.channel})`;
  work.audit.push({
    step: work.step,
    type: 'inbound-drop',
    target: options.target.replace(/[\p{C}\s]+/gu, ' ').slice(0, 120),
    authorisation: '',
    result: 'refused',
    detail: `${options.reason}: ${options.why}${who}`,
  });
}

function note(work: Work, message: IncomingMessage, result: string, detail: string): void {
  work.audit.push({
    step: work.step,
    type: 'inbound',
    target: message.key,
    authorisation: '',
    result,
    detail: `${detail} (${JSON.stringify(message.sender)} on ${message.channel})`,
  });
}

function envelopeOf(
  message: IncomingMessage,
  unverified: boolean,
): { channel: string; sender: string; addressedTo: string; unverified: boolean } {
  return {
    channel: message.channel,
    sender: message.sender,
    addressedTo: message.addressedTo,
    unverified,
  };
}

function senderKey(channel: string, sender: string): string {
  return `${channel}\0${sender.normalize('NFC')}`;
}

function count(into: Map<string, number>, key: string): void {
  into.set(key, (into.get(key) ?? 0) + 1);
}
