/**
 * The limits of a pre-approval, from its record: for what it is, what it excludes, and how
 * often it was used.
 */
import type { Rec } from '../markdown/types.js';
import type { Snapshot } from '../workspace/types.js';
import { fieldList, fieldText } from './field-text.js';

/** What can be allowed in advance: the kinds of action for which some step asks. */
export const ACTION_CLASSES: readonly string[] = [
  'phase-auto-advance',
  'idle-cycle-autonomy',
  'file-write-extended',
  'command-extended',
  'priority-rebalance',
];

/** Refused invocations do not count; every other row does, even one that cannot be read. */
export function usesOf(snapshot: Snapshot, pa: string): number {
  let uses = 0;
  for (const row of snapshot.rows('INVOCATION', { containing: pa }))
    if (
      (fieldText(row, 'preapproval') === pa || fieldText(row, 'id').startsWith(`${pa}-INV-`)) &&
      fieldText(row, 'result') !== 'refused'
    )
      uses++;
  return uses;
}

/**
 * A limit that cannot be read must not vanish: then there is no boundary to be inside of. `- phase:
 * x` in a YAML list is a map.
 */
export function boundaryOf(record: Rec): readonly string[] | undefined {
  const data = record.fields.get('boundary')?.data;
  if (data === undefined || data === null) return fieldList(record, 'boundary');
  const items = Array.isArray(data) ? data.map(limitText) : [limitText(data)];
  return items.every((item) => item !== undefined) ? items : undefined;
}

/**
 * The phase that an item of a boundary excludes; `undefined` when it is a glob. A bare word may be
 * either.
 */
export function phaseOfLimit(limit: string): string | undefined {
  return /^phase\s*:\s*(.*)$/i.exec(limit)?.[1]?.trim();
}

function limitText(item: unknown): string | undefined {
  if (typeof item === 'string' || typeof item === 'number')
    return String(item).trim() === '' ? undefined : String(item).trim();
  const entries = typeof item === 'object' && item !== null ? Object.entries(item) : [];
  const [entry] = entries;
  return entries.length === 1 && entry?.[0] === 'phase' && typeof entry[1] === 'string'
    ? `phase:${entry[1]}`
    : undefined;
}
