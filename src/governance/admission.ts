/** Decides whether a message is admitted, by what the owner set for its channel and sender. */
import { sha256 } from '../kernel/hash.js';
import { skeleton } from './guard/look-alike.js';
import type { Channel, InboundPolicy, KnownSender } from './inbound-policy.js';

/** `unverified`: it appeared while an agent was working, so the agent could have written it. */
export type Envelope = {
  readonly channel: string;
  readonly sender: string;
  readonly addressedTo: string;
  readonly unverified: boolean;
};

export const REFUSALS = [
  'malformed',
  'too-large',
  'duplicate',
  'channel-unknown',
  'sender-unknown',
  'sender-denied',
  'project-unknown',
  'project-not-allowed',
  'rate',
  'too-many-unknown',
  'not-engaged',
] as const;
export type Refusal = (typeof REFUSALS)[number];

export type Admission =
  | { readonly kind: 'admit'; readonly channel: Channel; readonly project: string }
  /**
   * `ask`: the owner has not been asked yet. `question`: the id under which the answer is recorded.
   */
  | {
      readonly kind: 'hold';
      readonly channel: Channel;
      readonly ask: boolean;
      readonly about: 'sender' | 'arrivals';
      readonly question: string;
    }
  | { readonly kind: 'refuse'; readonly reason: Refusal; readonly why: string };

/** Messages of this sender accepted or held in the last hour, and open questions of the channel. */
export type Traffic = { readonly lastHour: number; readonly openQuestions: number };

export const MAX_QUESTIONS = 20;

export function admit(policy: InboundPolicy, envelope: Envelope, traffic: Traffic): Admission {
  const channel = policy.channels.get(envelope.channel);
  if (channel === undefined)
    return { kind: 'refuse', reason: 'channel-unknown', why: 'no such channel in OPS-INBOUND.md' };
  const standing = standingOf(policy, envelope);
  if (standing.verdict === 'deny')
    return { kind: 'refuse', reason: 'sender-denied', why: 'the owner does not want this sender' };
  if (standing.verdict !== 'allow' && channel.unknownSender === 'drop')
    return { kind: 'refuse', reason: 'sender-unknown', why: 'the channel drops unknown senders' };
  if (traffic.lastHour >= channel.maxPerHour)
    return {
      kind: 'refuse',
      reason: 'rate',
      why: `more than ${channel.maxPerHour} within an hour`,
    };
  const about = envelope.unverified ? 'arrivals' : 'sender';
  const answer = envelope.unverified ? answerAbout(policy, envelope, 'arrivals') : standing.verdict;
  if (answer === 'deny')
    return {
      kind: 'refuse',
      reason: 'sender-denied',
      why: 'the owner says that the sender did not write this',
    };
  if (answer === 'allow') return placed(policy, envelope, { channel, allowed: standing.projects });
  const ask = answer === undefined;
  if (ask && traffic.openQuestions >= MAX_QUESTIONS)
    return {
      kind: 'refuse',
      reason: 'too-many-unknown',
      why: `${MAX_QUESTIONS} unknown senders of the channel already wait for an answer`,
    };
  return { kind: 'hold', channel, ask, about, question: questionId(envelope, about) };
}

/** A deny outweighs every allow; an open question allows nothing. */
function standingOf(
  policy: InboundPolicy,
  { channel, sender }: Envelope,
): { readonly verdict: KnownSender['verdict'] | undefined; readonly projects: readonly string[] } {
  const matching = policy.senders.filter(
    (entry) => entry.about === 'sender' && entry.channel === channel && entry.sender === sender,
  );
  const verdict = (['deny', 'allow', 'asked'] as const).find((word) =>
    matching.some((entry) => entry.verdict === word),
  );
  return {
    verdict,
    projects: matching.flatMap((entry) => (entry.verdict === 'allow' ? entry.projects : [])),
  };
}

function answerAbout(
  policy: InboundPolicy,
  envelope: Envelope,
  about: KnownSender['about'],
): KnownSender['verdict'] | undefined {
  const id = questionId(envelope, about);
  return policy.senders.find((entry) => entry.id === id && entry.about === about)?.verdict;
}

function placed(
  policy: InboundPolicy,
  envelope: Envelope,
  destination: { readonly channel: Channel; readonly allowed: readonly string[] },
): Admission {
  const project = envelope.addressedTo === '' ? destination.channel.project : envelope.addressedTo;
  if (project === '')
    return {
      kind: 'refuse',
      reason: 'project-unknown',
      why: 'neither the message nor its channel says for which project it is',
    };
  if (project !== destination.channel.project && !destination.allowed.includes(project))
    return {
      kind: 'refuse',
      reason: 'project-not-allowed',
      why: 'the sender may not write to the project that the message names',
    };
  if (!policy.projects.has(project))
    return { kind: 'refuse', reason: 'project-unknown', why: `there is no project ${project}` };
  return { kind: 'admit', channel: destination.channel, project };
}

export function questionId(
  { channel, sender }: Pick<Envelope, 'channel' | 'sender'>,
  about: 'sender' | 'arrivals',
): string {
  return `${about === 'sender' ? 'S' : 'A'}-${sha256(`${channel}\0${sender}`).slice(0, 16)}`;
}

/** Allowed senders that look like this one. They do not make this one allowed. */
export function lookAlikes(
  policy: InboundPolicy,
  { sender }: Pick<Envelope, 'sender'>,
): readonly string[] {
  const wanted = skeleton(sender);
  return [
    ...new Set(
      policy.senders
        .filter(
          (entry) =>
            entry.verdict === 'allow' &&
            entry.sender !== sender &&
            skeleton(entry.sender) === wanted,
        )
        .map((entry) => entry.sender),
    ),
  ];
}
