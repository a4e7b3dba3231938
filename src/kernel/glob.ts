/** Globs over workspace-relative paths: matching with picomatch, and how specific a pattern is. */
import picomatch from 'picomatch';

type Matcher = (path: string) => string[] | undefined;
const matchers = new Map<string, Matcher>();

/**
 * Whether `glob` matches the whole `path`. `*` matches inside a segment, `**` across segments; dot
 * files match too.
 */
export function globMatches(glob: string, path: string): boolean {
  return captures(glob, path) !== undefined;
}

/** What each wildcard of `glob` matched in `path`; `undefined` if `glob` does not match. */
export function captures(glob: string, path: string): readonly string[] | undefined {
  let matcher = matchers.get(glob);
  if (matcher === undefined) {
    matcher = compile(glob);
    matchers.set(glob, matcher);
  }
  return matcher(path);
}

function compile(glob: string): Matcher {
  if (isLiteral(glob)) return (path) => (path === glob ? [] : undefined);
  const directory = /^([^\\*?[\]{}()!+@|]+)\/\*\*$/.exec(glob)?.[1];
  if (directory !== undefined && !directory.startsWith('.')) return below(directory);
  const prefix = literalPrefix(glob);
  let pattern: RegExp | undefined;
  return (path) => {
    // To make the expression costs far more, and most globs only meet paths elsewhere.
    if (!path.startsWith(prefix)) return undefined;
    pattern ??= picomatch.makeRe(glob, { dot: true, capture: true });
    const found = pattern.exec(path);
    return found === null ? undefined : found.slice(1).map((part) => part ?? '');
  };
}

/** `directory/**`, the most common glob, without an expression: the directory and all below it. */
function below(directory: string): Matcher {
  return (path) => {
    if (path === directory) return [''];
    const rest = path.startsWith(`${directory}/`) ? path.slice(directory.length + 1) : undefined;
    return rest === undefined || /(?:^|\/)\.{1,2}(?:\/|$)/.test(rest) ? undefined : [rest];
  };
}

/**
 * How every match begins: the text before the first wildcard and its slash (`a/**` matches `a`).
 */
function literalPrefix(glob: string): string {
  return glob.startsWith('./') || glob.includes('|')
    ? ''
    : (/^[^\\*?[\]{}()!+@|]*/.exec(glob)?.[0] ?? '').replace(/\/$/, '');
}

/** The brace or bracket that has no other half, so that the glob means it letter by letter. */
export function unclosedBracket(glob: string): string | undefined {
  const open: string[] = [];
  for (const char of glob)
    if (char === '{' || char === '[') open.push(char);
    else if ((char === '}' || char === ']') && open.pop() !== (char === '}' ? '{' : '['))
      return char;
  return open.at(-1);
}

/** Whether it has no wildcard and so names one file. */
export function isLiteral(glob: string): boolean {
  return !/[*?[\]{}()!+@]/.test(glob);
}

/**
 * Negative if `a` is more specific than `b`, 0 if neither is. Compares segments from the left: a
 * literal beats a partial wildcard, which beats `*`, which beats `**`. Then more literal characters
 * win.
 */
export function compareSpecificity(a: string, b: string): number {
  if (a === b) return 0;
  const left = segments(a);
  const right = segments(b);
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = (right[i]?.rank ?? -1) - (left[i]?.rank ?? -1);
    if (difference !== 0) return difference;
  }
  return literals(b) - literals(a);
}

const ranks = new Map<string, readonly { rank: number }[]>();

function segments(glob: string): readonly { rank: number }[] {
  let cached = ranks.get(glob);
  if (cached === undefined) {
    cached = glob.split('/').map((part) => ({ rank: rankOf(part) }));
    ranks.set(glob, cached);
  }
  return cached;
}

function rankOf(part: string): number {
  if (part === '**') return 0;
  if (part === '*') return 1;
  return isLiteral(part) ? 3 : 2;
}

function literals(glob: string): number {
  return glob.replace(/[*?[\]{}()!+@]/g, '').length;
}
