/** An owned workspace with channels, questions, and a clock that the test moves. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { deliver } from '../../../src/modules/channels/delivery/deliver.js';
import { listen } from '../../../src/modules/channels/answers/listen.js';
import type { RoundContext } from '../../../src/modules/channels/delivery/round-context.js';
import { channelEvents, type LoggedEvent } from '../../../src/modules/channels/channel-log.js';
import { type Channel, ownerChannels } from '../../../src/modules/channels/owner-channel.js';
import { fieldText } from '../../../src/project/field-text.js';
import { openWorkspace } from '../../../src/workspace/open-workspace.js';
import type { Notice, Workspace } from '../../../src/workspace/types.js';
import { makeWorkspace, type MadeWorkspace } from '../../support/make-workspace.js';

const REPOSITORY = fileURLToPath(new URL('../../../../', import.meta.url));
const shipped = (path: string): string => readFileSync(join(REPOSITORY, path), 'utf8');

export type ChannelText = {
  readonly name: string;
  readonly fields: Readonly<Record<string, string>>;
  /** As OPS-DESTINATIONS.md has it; without one the channel may send nowhere. */
  readonly destination?: readonly [kind: string, pattern: string];
};

export type ChannelPlace = Omit<MadeWorkspace, 'workspace' | 'now'> & {
  readonly workspace: Workspace;
  readonly env: Record<string, string>;
  readonly said: string[];
  now(): Date;
  /** Moves the clock. */
  later(ms: number): void;
};

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
/** 08:00 in the zone of the owner, which is UTC. */
export const MORNING_TIME = '2026-11-21T08:00:00Z';

export function channelPlace(
  directory: string,
  channels: readonly ChannelText[],
  options: {
    readonly at?: string;
    readonly settings?: string;
    readonly files?: Readonly<Record<string, string>>;
  } = {},
): ChannelPlace {
  const at = options.at ?? MORNING_TIME;
  const files = {
    'orchestration-os/CHANNELS.md': channelsPage(channels, options.settings),
    'orchestration-os/OPS-DESTINATIONS.md': destinationsPage(channels),
    ...options.files,
  };
  const made = makeWorkspace(directory, { files, at });
  let time = Date.parse(at);
  const clock = { now: () => new Date(time) };
  const workspace = openWorkspace(made.root, { home: made.home, clock });
  return {
    ...made,
    workspace,
    env: {},
    said: [],
    now: () => new Date(time),
    later(ms) {
      time += ms;
    },
  };
}

export function channelsPage(channels: readonly ChannelText[], settings = ''): string {
  const sections = channels.map(({ name, fields }) => {
    const lines = Object.entries(fields).map(([field, value]) => `- **${field}:** ${value}\n`);
    return `\n### ${name} a test\n\n${lines.join('')}`;
  });
  const page = shipped('orchestration-os/CHANNELS.md').trimEnd();
  const changed =
    settings === '' ? page : page.replace(/- \*\*Dashboard[\s\S]*?approval\n/, settings);
  return `${changed}\n${sections.join('')}`;
}

function destinationsPage(channels: readonly ChannelText[]): string {
  const rows = channels.flatMap(({ name, destination }) =>
    destination === undefined
      ? []
      : [`| ${name} | ${destination[0]} | ${destination[1]} | - | 1 | - |\n`],
  );
  return `${shipped('orchestration-os/OPS-DESTINATIONS.md').trimEnd()}\n${rows.join('')}`;
}

/** @returns the ids. */
export function ask(
  place: Pick<ChannelPlace, 'workspace'>,
  ...notices: readonly Partial<Notice>[]
) {
  const asked = notices.map(
    (notice, i): Notice => ({
      priority: 'critical',
      kind: 'proposal',
      project: '',
      action_needed: `May it be done (${i + 1})?`,
      body: '- one fact\n- another fact',
      ...notice,
    }),
  );
  return place.workspace.commit({
    actor: { kind: 'nocturne', name: 'test' },
    runId: '',
    reason: 'questions of a test',
    changes: [],
    notices: asked,
  }).notices;
}

export function channelOf(place: Pick<ChannelPlace, 'workspace'>, name: string): Channel {
  const channel = ownerChannels(place.workspace.snapshot()).find((each) => each.name === name);
  if (channel === undefined) throw new Error(`no channel ${name}`);
  return channel;
}

export function contextOf(place: ChannelPlace): RoundContext {
  const { workspace, env, said } = place;
  const { signal } = new AbortController();
  return { workspace, env, signal, say: (line: string) => void said.push(line) };
}

export function send(place: ChannelPlace, name: string, mayBegin = true) {
  return deliver(contextOf(place), channelOf(place, name), { mayBegin });
}

export function read(place: ChannelPlace, name: string) {
  return listen(contextOf(place), channelOf(place, name), { patienceMs: 0, pushed: false });
}

export function events(place: Pick<ChannelPlace, 'workspace'>): readonly LoggedEvent[] {
  return [...channelEvents(place.workspace.snapshot())].reverse();
}

/** As `sent N-20261121-001`. */
export function eventTexts(place: Pick<ChannelPlace, 'workspace'>): readonly string[] {
  return events(place).map(({ event, about = '', why = '' }) => `${event} ${about || why}`.trim());
}

export function statusOf(place: Pick<ChannelPlace, 'workspace'>, id: string): string {
  return fieldText(place.workspace.snapshot().record('NOTIFICATION', id), 'status');
}
