/** How far an assertion is from holding: 0 when it is met, 1 when nothing of it is there. */
import type { Count } from '../../project/condition-types.js';
import type { Outcome } from './context.js';

/** `found` can also be more than `needed`, when there may be only so many. */
export type Progress = { readonly found: number; readonly needed: number };

/** An assertion that is not met is never at 0, whatever its numbers say. */
const LEAST = 0.01;

export function distanceOf({ holds, error, parts, progress }: Outcome): number {
  if (holds && error === undefined) return 0;
  if (parts !== undefined) return Math.max(LEAST, ofParts(parts));
  if (error !== undefined || progress === undefined) return 1;
  const { found, needed } = progress;
  const most = Math.max(found, needed);
  return most <= 0 ? 1 : Math.min(1, Math.max(LEAST, Math.abs(needed - found) / most));
}

/** Of a list of which every assertion must hold. An empty list is never fulfilled. */
export function meanDistance(all: readonly { readonly distance: number }[]): number {
  return all.length === 0 ? 1 : all.reduce((sum, { distance }) => sum + distance, 0) / all.length;
}

/** What a count of `found` is compared with. */
export function progressTo(count: Count, found: number): Progress {
  const { equals, at_least, at_most } = count;
  if (equals !== undefined) return { found, needed: equals };
  const isTooFew = at_least !== undefined && found < at_least;
  return { found, needed: isTooFew ? at_least : (at_most ?? at_least ?? 0) };
}

/** A check program's own line: `progress: 3/12`; the last one counts. */
export function printedProgress(output: string): Progress | undefined {
  const lines = [
    ...output.matchAll(/^[ \t]*progress:[ \t]*(\d{1,9})[ \t]*\/[ \t]*(\d{1,9})[ \t]*\r?$/gim),
  ];
  const [, found, needed] = lines.at(-1) ?? [];
  if (found === undefined || needed === undefined || Number(needed) === 0) return undefined;
  return { found: Math.min(Number(found), Number(needed)), needed: Number(needed) };
}

function ofParts({ of, need }: NonNullable<Outcome['parts']>): number {
  const distances = of.map((part) => ({ distance: distanceOf(part) }));
  return need === 'all'
    ? meanDistance(distances)
    : Math.min(1, ...distances.map(({ distance }) => distance));
}
