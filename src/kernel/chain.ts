/** The link formula of chained logs; who keeps the heads and who verifies them live in lower rooms. */
import { createHash } from 'node:crypto';

/** Hex characters of a link kept in the `chain` column (128 bits). */
export const LINK_LENGTH = 32;

/** What the first row of a log is linked to: bound to the log's path so that rows of one log cannot be moved into another. */
export function genesis(file: string): string {
  return hex(`nocturne chain v1\n${file}`);
}

/** `sha256(previous ‖ '\n' ‖ JSON array of the row's cell values, the chain cell left out)`, first 32 hex characters. */
export function link(previous: string, values: readonly string[]): string {
  return hex(`${previous}\n${JSON.stringify(values)}`);
}

function hex(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, LINK_LENGTH);
}
