/** Merges two changes of one text. */
import { applyPatch, structuredPatch } from 'diff';

/**
 * The text with both changes; `undefined` if they overlap. A patch can hit the wrong place where
 * lines repeat, so each change is applied to the other's result, and both ways must agree.
 */
export function mergeTexts(base: string, mine: string, theirs: string): string | undefined {
  const merged = patched(mine, base, theirs);
  return merged !== undefined && merged === patched(theirs, base, mine) ? merged : undefined;
}

function patched(text: string, from: string, to: string): string | undefined {
  const result = applyPatch(text, structuredPatch('', '', from, to), {
    fuzzFactor: 0,
    autoConvertLineEndings: true,
  });
  return result === false ? undefined : result;
}
