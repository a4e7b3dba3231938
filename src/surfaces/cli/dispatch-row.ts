/** Rows of the dispatch table that commands name. */
import { NocturneError } from '../../kernel/error.js';
import { didYouMean } from '../../kernel/nearest-name.js';
import type { Rec } from '../../markdown/types.js';
import { fieldInt, fieldText } from '../../project/field-text.js';
import type { Snapshot } from '../../workspace/types.js';

export type DispatchRow = {
  readonly slug: string;
  readonly priority: number;
  readonly status: string;
};

export function dispatchRow(snapshot: Snapshot, slug: string): DispatchRow {
  const row = snapshot.record('DISPATCH', slug);
  if (row !== undefined) return rowOf(row);
  const slugs = snapshot.records('DISPATCH').map((record) => record.key);
  throw new NocturneError('NOT_FOUND', `there is no project "${slug}" in the dispatch table`, {
    hint: didYouMean(slug, slugs) ?? `projects: ${slugs.join(', ') || 'none'}`,
  });
}

export function firstActive(snapshot: Snapshot): DispatchRow | undefined {
  return snapshot
    .records('DISPATCH')
    .map(rowOf)
    .filter((row) => row.status === 'active')
    .sort((a, b) => a.priority - b.priority)[0];
}

function rowOf(record: Rec): DispatchRow {
  return {
    slug: fieldText(record, 'slug'),
    priority: fieldInt(record, 'priority') ?? 0,
    status: fieldText(record, 'status'),
  };
}
