/** An owned workspace with one project, open channels, and the module `inbound` enabled. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { module as inbound } from '../../../src/modules/inbound/module.js';
import type { PassEnvironment } from '../../../src/passes/types.js';
import {
  environment,
  type Place,
  placeWithProject,
  type ProjectOptions,
  restsAfter,
  tiersWithIdle,
} from '../../passes/pass-workspace.js';

const shipped = (path: string): string =>
  readFileSync(new URL(`../../../../${path}`, import.meta.url), 'utf8');

export const CHANNELS = [
  '| chat | quarantine | always | - | drop | pages | 30 | - |',
  '| room | quarantine | mention | - | accumulate | pages | 30 | - |',
  '| words | quarantine | pattern | ^deploy | drop | pages | 30 | - |',
  '| trap | quarantine | pattern | ^(a+)+$ | accumulate | pages | 30 | - |',
  '| slow | drop | always | - | drop | pages | 2 | - |',
];
export const SENDERS = [
  '| chat | alice | allow | - | - |',
  '| room | alice | allow | - | - |',
  '| words | alice | allow | - | - |',
  '| trap | alice | allow | - | - |',
  '| slow | alice | allow | - | - |',
  '| chat | mallory | deny | - | - |',
];
export const DESTINATIONS = [
  '| api | url | api.example.org | pages | 2 | - |',
  '| web | search | search:web | - | 1 | - |',
];

function withRows(page: string, header: RegExp, rows: readonly string[]): string {
  return page.replace(header, (found) => `${found}${rows.map((row) => `${row}\n`).join('')}`);
}

export function inboxPlace(directory: string, agent: string, options: ProjectOptions = {}): Place {
  const page = withRows(
    withRows(
      shipped('orchestration-os/OPS-INBOUND.md'),
      /\| Channel \| Unknown.*\n\|[-|]+\|\n/,
      CHANNELS,
    ),
    /\| Channel \| Sender .*\n\|[-|]+\|\n/,
    SENDERS,
  );
  const files = {
    'REGISTRY.md': shipped('REGISTRY.md').replace(/^(\| inbound \| .* \| )no \|$/m, '$1yes |'),
    'orchestration-os/OPS-INBOUND.md': page,
    'orchestration-os/OPS-DESTINATIONS.md': withRows(
      shipped('orchestration-os/OPS-DESTINATIONS.md'),
      /\| Name \| Kind .*\n\|[-|]+\|\n/,
      DESTINATIONS,
    ),
    // The messages have to reach the prompt of a pass, whatever it works on.
    'MODEL-TIERS.md': tiersWithIdle(),
    'USER.md': restsAfter(99),
    ...options.files,
  };
  return placeWithProject(directory, agent, { ...options, files });
}

export function inboxEnvironment(place: Place): PassEnvironment {
  return environment(place, { modules: [inbound] });
}

export type Letter = {
  readonly channel?: string;
  readonly sender?: string;
  readonly text?: string;
  readonly mention?: boolean;
  readonly id?: string;
  readonly to?: string;
  readonly thread?: string;
  readonly time?: string;
};

export function letter({
  channel = 'chat',
  sender = 'alice',
  text = 'Hello.',
  mention,
  id,
  to,
  thread,
  time = '2026-11-21T01:00:00Z',
}: Letter): string {
  const more = Object.entries({ mention, id, to, thread }).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}: ${JSON.stringify(value)}\n`],
  );
  return `---\nchannel: ${channel}\nsender: ${JSON.stringify(sender)}\ntime: ${time}\n${more.join('')}---\n${text}\n`;
}

/** As a channel's program does it. */
export function dropFile(place: Pick<Place, 'root'>, name: string, content: string | Buffer): void {
  const path = join(place.root, 'inbox', name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}
