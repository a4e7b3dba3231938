/**
 * How far each long log was verified, outside the workspace. A log whose beginning still has the
 * same SHA-256 is verified from there on: hashing bytes is thirty times faster than following rows.
 */
import { join } from 'node:path';
import { readJson, writeJsonDurably } from '../workspace/state-home.js';
import type { Anchor } from '../workspace/storage-types.js';
import type { ChainReport } from './gate-report.js';

/** The end of the verified rows, and the SHA-256 of everything up to there. */
export type VerifiedPrefix = Anchor & { readonly sha256: string };

/** Bytes: in a shorter log, or after fewer new ones, following the rows is fast enough. */
export const WORTH_KEEPING = 1 << 20;
const FILE = 'verified-logs.json';

/** A file that cannot be used only makes verification slower. */
export function verifiedLogs(state: string): Readonly<Record<string, VerifiedPrefix>> {
  try {
    return (
      readJson<{ readonly logs: Record<string, VerifiedPrefix> }>(join(state, FILE))?.logs ?? {}
    );
  } catch {
    return {};
  }
}

/** Call it only with the chains of a gate that passed. */
export function keepVerifiedLogs(state: string, chains: readonly ChainReport[]): void {
  const long = chains.flatMap(({ file, verified }) =>
    verified === undefined ? [] : [[file, verified] as const],
  );
  if (long.length === 0) return;
  const before = verifiedLogs(state);
  const isNew = ([file, { bytes }]: (typeof long)[number]): boolean =>
    Math.abs(bytes - (before[file]?.bytes ?? 0)) >= WORTH_KEEPING;
  if (long.some(isNew))
    writeJsonDurably(join(state, FILE), { version: 1, logs: Object.fromEntries(long) });
}
