/** A number of passes, as an option gives it. */
import { ownerNumber } from '../../project/owner-number.js';
import type { Snapshot } from '../../workspace/types.js';
import { NocturneError } from '../../kernel/error.js';

const MOST = 200;

/** @throws NocturneError `USAGE` unless it is a whole number from 1 to 200. */
export function passCount(value: unknown, fallback: number): number {
  if (value === undefined) return fallback;
  const number = Number(value);
  if (!Number.isInteger(number) || number < 1 || number > MOST)
    throw new NocturneError('USAGE', `${String(value)} is not a number of passes`, {
      hint: `give a whole number from 1 to ${MOST}`,
    });
  return number;
}

/** How many passes are started at once: `--parallel`, at most `Passes at once` of USER.md. */
export function laneCount(value: unknown, snapshot: Snapshot): number {
  const asked = passCount(value, 1);
  return Math.min(asked, ownerNumber(snapshot, 'passes_at_once', asked));
}
