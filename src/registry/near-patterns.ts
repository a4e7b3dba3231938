/** Finds the few of many patterns that may match a path, without matching all of them. */
import { isLiteral } from '../kernel/glob.js';

/**
 * Those whose pattern may match a path, in their order. They depend only on the first folder and on
 * the number of parts of the path, and are remembered by both.
 */
export function nearPatterns<T>(
  all: readonly T[],
  patternOf: (item: T) => string,
): (path: string) => readonly T[] {
  const near = new Map<string, readonly T[]>();
  return (path) => {
    const parts = path.split('/');
    const [first = ''] = parts;
    const id = `${parts.length} ${first}`;
    const known = near.get(id);
    if (known !== undefined) return known;
    const found = all.filter((item) => canMatch(patternOf(item), first, parts.length));
    near.set(id, found);
    return found;
  };
}

/** False only if a pattern cannot match a path with `count` parts in the folder `first`. */
function canMatch(pattern: string, first: string, count: number): boolean {
  // Braces, groups and classes may contain a slash.
  if (/[{}()[\]\\|]|^\.\//.test(pattern)) return true;
  const [head = '', ...rest] = pattern.split('/');
  if (isLiteral(head) && head !== first) return false;
  return pattern.includes('**') || rest.length + 1 === count;
}
