/** A changed file as a unified difference, for a reader. */
import { createTwoFilesPatch } from 'diff';
import type { Difference } from '../../../passes/reconcile/differences.js';
import type { Content } from '../../../passes/reconcile/content.js';

/** Bytes of both versions. To compare more takes too long. */
export const MOST_COMPARED = 400_000;

export function textDifference({ path, kind, before, after }: Difference): string {
  if (kind === 'mode') return `${path}: only its mode is changed`;
  const bytes = (before?.size ?? 0) + (after?.size ?? 0);
  const [old, now] = bytes > MOST_COMPARED ? [] : [textOf(before), textOf(after)];
  if (old === undefined || now === undefined)
    return `${path}: ${bytes > MOST_COMPARED ? 'too large to show' : 'not text'}, ${after?.size ?? 0} bytes`;
  return createTwoFilesPatch(path, path, old, now, undefined, undefined, { context: 3 })
    .split('\n')
    .slice(1)
    .join('\n')
    .trimEnd();
}

function textOf(content: Content | undefined): string | undefined {
  const text = content?.bytes().toString('utf8') ?? '';
  return text.includes('\0') || text.includes('\uFFFD') ? undefined : text;
}
