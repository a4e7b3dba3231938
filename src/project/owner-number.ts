/** A whole number that the owner sets in USER.md. */
import type { Snapshot } from '../workspace/types.js';
import { fieldInt } from './field-text.js';

/** A missing number, or one below 1, is the default. */
export function ownerNumber(snapshot: Snapshot, field: string, otherwise: number): number {
  const found = fieldInt(snapshot.records('OWNER')[0], field);
  return found === undefined || found < 1 ? otherwise : found;
}
