/** An owned workspace with the project `pages`, and rows on orchestration-os/SPENDING.md. */
import { readFileSync } from 'node:fs';
import { openWorkspace } from '../../../src/workspace/open-workspace.js';
import type { Workspace } from '../../../src/workspace/types.js';
import { placeWithProject, WRITES_PAGE } from '../../passes/pass-workspace.js';

export const SPENDING = 'orchestration-os/SPENDING.md';

export type SpendingRows = {
  readonly prices?: readonly string[];
  readonly limits?: readonly string[];
  readonly rates?: readonly string[];
};

/** The shipped page with these rows. */
export function spendingPage({ prices = [], limits = [], rates = [] }: SpendingRows): string {
  const shipped = readFileSync(new URL(`../../../../${SPENDING}`, import.meta.url), 'utf8');
  const added = { Model: prices, Scope: limits, Currency: rates };
  return Object.entries(added).reduce(
    (page, [first, rows]) =>
      page.replace(new RegExp(`^\\| ${first} \\|.*\\n\\|[-|]+\\|$`, 'm'), (table) =>
        [table, ...rows].join('\n'),
      ),
    shipped,
  );
}

export type SpendingPlace = {
  readonly root: string;
  readonly home: string;
  readonly workspace: Workspace;
  readonly clock: { time: Date };
};

export function spendingPlace(
  directory: string,
  rows: SpendingRows,
  files: Readonly<Record<string, string>> = {},
): SpendingPlace {
  const made = placeWithProject(directory, WRITES_PAGE, {
    files: { [SPENDING]: spendingPage(rows), ...files },
  });
  const clock = { time: new Date('2026-12-02T22:00:00Z') };
  const workspace = openWorkspace(made.root, { home: made.home, clock: { now: () => clock.time } });
  return { ...made, workspace, clock };
}
