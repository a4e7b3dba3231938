/** The names that a pattern of `*` and `?` stands for, as a program gets them. */
import { lstatSync, readdirSync, statSync } from '../../kernel/files.js';
import { join, resolve } from 'node:path';

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
  const onDisk = (path: string): string => place(resolve(folder, path));
  let found: readonly string[] = [''];
  for (const [index, part] of pattern.split(/(\/+)/).entries()) {
    if (part === '') continue;
    const isSlash = index % 2 === 1;
    found = found.flatMap((path) => {
      if (isSlash) return path === '' || isFolder(onDisk(path)) ? [`${path}${part}`] : [];
      return namesIn(onDisk(path), part).map((name) => `${path}${name}`);
    });
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
    return lstatSync(join(folder, name), { throwIfNoEntry: false }) === undefined ? [] : [name];
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

function isFolder(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  } catch {
    return false;
  }
}
