/**
 * Compares globs with globs: whether a permission covers a target (in doubt, no), and whether a
 * boundary could touch it (in doubt, yes).
 */
import { posix } from 'node:path';
import { globMatches, isLiteral } from './glob.js';

/** Why a target could mean two things, so that the guard cannot judge it. */
export function targetProblem(target: string): string | undefined {
  if (target === '') return 'it is empty';
  if (/[\0\n\\]/.test(target)) return 'it contains a character that paths cannot contain';
  if (target.startsWith('/') || target.startsWith('!'))
    return 'it is not relative to the workspace';
  if (target.split('/').some((part) => part === '..' || part === '.' || part === ''))
    return 'it is not a plain path';
  return posix.normalize(target) === target ? undefined : 'it is not a plain path';
}

/**
 * Whether `scope` matches every path that `target` (a path or a glob) can mean. In doubt, false.
 */
export function globCovers(scope: string, target: string): boolean {
  if (scope.startsWith('!') || targetProblem(target) !== undefined) return false;
  if (scope === target) return true;
  if (isLiteral(target)) return globMatches(scope, target);
  if (isBraced(scope) || isBraced(target))
    return (
      expand(scope).some((expanded) => expanded !== scope && globCovers(expanded, target)) ||
      (isBraced(target) &&
        expand(target).length > 1 &&
        expand(target).every((expanded) => globCovers(scope, expanded)))
    );
  return covers(scope.split('/'), target.split('/'));
}

function covers(scope: readonly string[], target: readonly string[]): boolean {
  const [outer, ...outerRest] = scope;
  const [inner, ...innerRest] = target;
  if (outer === undefined) return inner === undefined;
  if (outer === '**') {
    if (outerRest.length === 0) return target.length > 0;
    return covers(outerRest, target) || (inner !== undefined && covers(scope, innerRest));
  }
  if (inner === undefined || inner === '**') return false;
  return segmentCovers(outer, inner) && covers(outerRest, innerRest);
}

function segmentCovers(outer: string, inner: string): boolean {
  if (outer === '*' || outer === inner) return true;
  return isLiteral(inner) && globMatches(outer, inner);
}

/** Whether both could match the same path. In doubt, true. */
export function globsTouch(a: string, b: string): boolean {
  if (a.startsWith('!') || b.startsWith('!')) return true;
  if (isLiteral(a)) return globMatches(b, a);
  if (isLiteral(b)) return globMatches(a, b);
  if (isBraced(a) || isBraced(b)) {
    const [left, right] = [expand(a), expand(b)];
    if (left.length === 1 && right.length === 1) return true;
    return left.some((pattern) => right.some((other) => globsTouch(pattern, other)));
  }
  return touch(a.split('/'), b.split('/'));
}

function touch(a: readonly string[], b: readonly string[]): boolean {
  const [left, ...leftRest] = a;
  const [right, ...rightRest] = b;
  if (left === undefined && right === undefined) return true;
  if (left === '**') return touch(leftRest, b) || (right !== undefined && touch(a, rightRest));
  if (right === '**') return touch(a, rightRest) || (left !== undefined && touch(leftRest, b));
  if (left === undefined || right === undefined) return false;
  return segmentsTouch(left, right) && touch(leftRest, rightRest);
}

/**
 * Two segments with wildcards touch unless their letters before the first wildcard, or after the
 * last one, exclude each other.
 */
function segmentsTouch(a: string, b: string): boolean {
  if (isLiteral(a)) return globMatches(b, a);
  if (isLiteral(b)) return globMatches(a, b);
  const [headA = '', headB = ''] = [/^[^*?[\]()!+@]*/.exec(a)?.[0], /^[^*?[\]()!+@]*/.exec(b)?.[0]];
  const [tailA = '', tailB = ''] = [/[^*?[\]()!+@]*$/.exec(a)?.[0], /[^*?[\]()!+@]*$/.exec(b)?.[0]];
  if (/[()!+@[\]]/.test(a + b)) return true;
  return (
    (headA.startsWith(headB) || headB.startsWith(headA)) &&
    (tailA.endsWith(tailB) || tailB.endsWith(tailA))
  );
}

function isBraced(glob: string): boolean {
  return glob.includes('{');
}

/** The alternatives of the first `{a,b}`, or the glob itself if it has other braces. */
function expand(glob: string): readonly string[] {
  const found = /^([^{}]*)\{([^{}]*,[^{}]*)\}(.*)$/s.exec(glob);
  if (found === null) return [glob];
  const [, before = '', inside = '', after = ''] = found;
  return inside
    .split(',')
    .flatMap((part) =>
      `${before}${part}${after}`.includes('{')
        ? expand(`${before}${part}${after}`)
        : [`${before}${part}${after}`],
    );
}
