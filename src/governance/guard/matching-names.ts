/** The names that a pattern of `*` and `?` stands for, as a program gets them. */
import { lstatSync, readdirSync, statSync } from '../../kernel/files.js';

/**
 * Sorted by code unit; each begins with `/`, `./` or `../`, so that none can be taken for an
 * option. Hidden names match only where the pattern has their dot.
 * @param folder absolute.
 * @param pattern a backslash makes the character after it literal.
 * @param place where on the disk an absolute path is.
 */
export function matchingNames(
  folder: string,
  pattern: string,
  place: (path: string) => string = (path) => path,
): readonly string[] {
  const onDisk = (path: string): string => place(placeOf(folder, path));
  // What `..` means after a name depends on whether that name is a link.
  if (/(?:^|\/)(?!\.\.?\/)[^/]+\/+(?:.*\/)?\.\.(?:\/|$)/.test(pattern)) return [];
  let found: readonly string[] = [''];
  let isWild = false;
  for (const [index, part] of pattern.split(/(\/+)/).entries()) {
    if (part === '') continue;
    if (index % 2 === 1) {
      const slash = isWild ? '/' : part;
      found = found
        .filter((path) => path === '' || isFolder(onDisk(path)))
        .map((path) => `${path}${slash}`);
    } else {
      isWild ||= isPattern(part);
      found = found.flatMap((path) => namesIn(onDisk(path), part).map((name) => `${path}${name}`));
    }
  }
  return found.map((name) => (/^(?:\/|\.\.?\/)/.test(name) ? name : `./${name}`)).sort();
}

/**
 * Whether a path that comes or goes could change what a pattern stands for: as far as both go, the
 * parts fit. Both are relative to the same folder and begin with no `./`.
 */
export function concerns(pattern: string, path: string): boolean {
  const names = path.split('/');
  return pattern
    .split(/\/+/)
    .filter((part) => part !== '')
    .every((part, index) => names[index] === undefined || fits(tokensOf(part), names[index]));
}

function namesIn(folder: string, part: string): readonly string[] {
  if (!isPattern(part)) {
    const name = part.replace(/\\([^])/g, '$1');
    return exists(`${folder}/${name}`) ? [name] : [];
  }
  const tokens = tokensOf(part);
  try {
    return readdirSync(folder).filter(
      (name) => (tokens[0] === '.' || !name.startsWith('.')) && fits(tokens, name),
    );
  } catch {
    // What cannot be listed matches nothing, and a pattern that matches nothing is refused.
    return [];
  }
}

/** Whether a `*` or `?` in it is not literal. */
function isPattern(part: string): boolean {
  return /[*?]/.test(part.replace(/\\[^]/g, ''));
}

const ANY = Symbol('*');
const ONE = Symbol('?');

function tokensOf(part: string): readonly (string | symbol)[] {
  return [...part.matchAll(/\\([^])|([^])/gu)].map(([, escaped, plain = '']) => {
    if (escaped !== undefined) return escaped;
    if (plain === '*') return ANY;
    return plain === '?' ? ONE : plain;
  });
}

/** Never exponential: only the last star is tried again. */
function fits(tokens: readonly (string | symbol)[], name: string): boolean {
  const characters = [...name];
  let [token, star, from] = [0, -1, 0];
  for (let i = 0; i < characters.length; ) {
    const wanted = tokens[token];
    if (wanted === ANY) {
      [star, from] = [token++, i];
    } else if (wanted === ONE || wanted === characters[i]) {
      token++;
      i++;
    } else if (star >= 0) {
      token = star + 1;
      i = ++from;
    } else return false;
  }
  return tokens.slice(token).every((left) => left === ANY);
}

function placeOf(folder: string, path: string): string {
  return path.startsWith('/') ? path : `${folder}/${path}`;
}

function exists(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return false;
  }
}

function isFolder(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  } catch {
    return false;
  }
}
