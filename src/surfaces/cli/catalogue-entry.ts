/** What the catalogue says of one command. */
import type { Need } from '../../governance/capability.js';
import type { Command } from './types.js';

/**
 * `need`: what a caller inside a pass needs, where governance/capability.ts does not know the
 * command (those of modules and hosts).
 */
export type Entry = {
  readonly group: Group;
  readonly summary: string;
  readonly need?: Need;
  readonly load: () => Promise<{ readonly command: Command }>;
};
export type Catalogue = Readonly<Record<string, Entry>>;
export const GROUPS = [
  'Every day',
  'Trust',
  'Passes',
  'Projects',
  'Records',
  'History',
  'Modules',
  'Toolkit',
] as const;
export type Group = (typeof GROUPS)[number];

export function inGroup(
  group: Group,
  entries: Readonly<Record<string, Omit<Entry, 'group'>>>,
): Catalogue {
  return Object.fromEntries(
    Object.entries(entries).map(([words, entry]) => [words, { group, ...entry }]),
  );
}
