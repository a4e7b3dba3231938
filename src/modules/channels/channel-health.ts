/** How each channel is, from the log: for the briefing, `doctor` and `status`. */
import { broken, type Observation } from '../../kernel/observation.js';
import { plural } from '../../kernel/words.js';
import type { Failure, ModuleState } from '../../passes/module.js';
import { localTime } from '../../project/local-time.js';
import { ownerZone } from '../../project/owner-zone.js';
import type { Snapshot } from '../../workspace/types.js';
import { channelEvents, type LoggedEvent } from './channel-log.js';
import { ANSWERS } from './answers/listen.js';
import { openQuestions } from './delivery/due.js';
import { type Channel, channelsDistrusted, ownerChannels } from './owner-channel.js';
import { questionHash } from './question-code.js';

const DAY_MS = 86_400_000;
const LOOK_BACK_MS = 30 * DAY_MS;

export type ChannelHealth = {
  readonly name: string;
  readonly kind: string;
  /** Why it sends nothing, or reads no answers. Empty: it works, or was not used. */
  readonly failure: string;
  readonly failingSince: string;
  readonly lastSent: string;
  /** Open questions that this channel gave up, each with the reason. */
  readonly undelivered: readonly { readonly about: string; readonly why: string }[];
  /** Open questions that it has not sent yet, while it does not work. */
  readonly waiting: readonly string[];
};

export function channelHealth(snapshot: Snapshot): readonly ChannelHealth[] {
  const channels = ownerChannels(snapshot);
  if (channels.length === 0) return [];
  const events = [...channelEvents(snapshot, snapshot.now.getTime() - LOOK_BACK_MS)];
  return channels.map((channel) => healthOf(snapshot, channel, events));
}

function healthOf(
  snapshot: Snapshot,
  { name, kind }: Channel,
  events: readonly LoggedEvent[],
): ChannelHealth {
  const own = events.filter(({ channel }) => channel === name);
  const failing = [undefined, ANSWERS].flatMap((side) => {
    const last = own.find(
      ({ event, about = '' }) =>
        (event === 'failing' || event === 'working') && about === (side ?? ''),
    );
    return last?.event === 'failing' ? [last] : [];
  });
  const [first] = failing;
  const sent = own.find(({ event }) => event === 'sent');
  const open = openQuestions(snapshot).map((question) => ({
    about: question.key,
    hash: questionHash(snapshot, question),
  }));
  const lastOf = (question: { readonly about: string; readonly hash: string }) =>
    own.find(
      ({ event, about, hash }) =>
        (event === 'sent' || event === 'undelivered') &&
        about === question.about &&
        hash === question.hash,
    );
  const undelivered = open.flatMap((question) => {
    const last = lastOf(question);
    const why = last?.why ?? '';
    return last?.event === 'undelivered' ? [{ about: question.about, why }] : [];
  });
  const outFails = failing.some(({ about = '' }) => about === '');
  const waiting = outFails
    ? open.filter((question) => lastOf(question) === undefined).map(({ about }) => about)
    : [];
  return {
    name,
    kind,
    failure: first === undefined ? '' : failureText(first),
    failingSince: first === undefined ? '' : new Date(first.time).toISOString(),
    lastSent: sent === undefined ? '' : new Date(sent.time).toISOString(),
    undelivered,
    waiting,
  };
}

function failureText({ about, why = '' }: LoggedEvent): string {
  return about === ANSWERS ? `cannot read answers: ${why}` : `cannot send: ${why}`;
}

export function healthLines(snapshot: Snapshot): readonly string[] {
  const zone = ownerZone(snapshot);
  return channelHealth(snapshot).flatMap((health) => {
    const { name, failure, failingSince, undelivered, waiting } = health;
    const undone =
      waiting.length === 0 ? '' : `; ${plural(waiting.length, 'question')} not delivered`;
    return [
      ...(failure === ''
        ? []
        : [`The channel ${name} ${failure} (since ${localTime(failingSince, zone)}${undone}).`]),
      ...(undelivered.length === 0
        ? []
        : [
            `The channel ${name} did not deliver ${undelivered.map(({ about, why }) => `${about} (${why})`).join(', ')}.`,
          ]),
    ];
  });
}

/** For the briefing. */
export function channelFailures(snapshot: Snapshot): readonly Failure[] {
  return healthLines(snapshot).map((line) => ({ line }));
}

/** For `doctor`. */
export function channelObservations(snapshot: Snapshot, state: string): readonly Observation[] {
  if (ownerChannels(snapshot).length === 0) return [];
  const distrust = channelsDistrusted({ state }, snapshot);
  const unsigned =
    distrust === undefined
      ? []
      : [broken(`no channel works: ${distrust}`, 'review the pages, then run nocturne sign --all')];
  const failing = healthLines(snapshot).map((line) => {
    const [, name = ''] = /^The channel (\S+)/.exec(line) ?? [];
    return broken(line, `nocturne channels test ${name}`);
  });
  return [...unsigned, ...failing];
}

/** For `status`. */
export function channelState(snapshot: Snapshot): ModuleState | undefined {
  const facts = channelHealth(snapshot);
  return facts.length === 0 ? undefined : { lines: healthLines(snapshot), facts };
}
