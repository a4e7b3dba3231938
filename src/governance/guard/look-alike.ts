/** Names that differ in bytes but look the same, or are the same on some disks. */

/** Zero-width characters, which some disks ignore. */
const INVISIBLE =
  /[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202f\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\u{1bca0}-\u{1bca3}\u{e0000}-\u{e0fff}]/gu;

/**
 * Letters that look Latin in either case (from Unicode's confusables, UTS 39), by lower-case form:
 * Cyrillic en and Greek eta are under `h` because their capitals look like H.
 */
const DRAWN_ALIKE: ReadonlyMap<string, string> = new Map(
  Object.entries({
    a: 'аɑα',
    b: 'вьβƅ',
    c: 'сϲᴄ',
    d: 'ԁɗ',
    e: 'еҽε',
    g: 'ɡԍց',
    h: 'нһհη',
    i: 'іɩι',
    j: 'јϳ',
    k: 'кκᴋ',
    l: 'ӏǀ',
    m: 'мμᴍ',
    n: 'ոռν',
    o: 'оσօᴏ',
    p: 'рρ',
    q: 'ԛգ',
    r: 'гᴦ',
    s: 'ѕꜱ',
    t: 'тτᴛ',
    u: 'ʋսᴜ',
    v: 'ѵᴠ',
    w: 'ԝѡᴡ',
    x: 'хχ',
    y: 'уүυ',
    z: 'ζᴢ',
    '-': '‐–—−',
    '/': '∕⁄⧸',
    '\\': '∖⧵',
    '.': '․٠۰',
  }).flatMap(([latin, others]) => [...others].map((other) => [other, latin] as const)),
);

export function hasInvisible(text: string): boolean {
  return new RegExp(INVISIBLE.source, 'u').test(text);
}

/** Texts with the same skeleton look alike: NFKC, no invisible characters, case folded, Latin. */
export function skeleton(text: string): string {
  if (/^[\x20-\x7e]*$/.test(text)) return text.toLowerCase();
  const plain = text
    .normalize('NFKC')
    .replace(INVISIBLE, '')
    .toUpperCase()
    .toLowerCase()
    .replace(/i\u0307/g, 'i');
  return [...plain].map((letter) => DRAWN_ALIKE.get(letter) ?? letter).join('');
}

export function sameButCase(a: string, b: string): boolean {
  return a !== b && a.toLowerCase() === b.toLowerCase();
}

/** The first part of `path` that does not exist while something that looks the same does. */
export function lookAlikeOf(
  files: ReadonlyMap<string, unknown>,
  path: string,
): { readonly part: string; readonly exists: string } | undefined {
  const names = path.split('/');
  for (let length = 1; length <= names.length; length++) {
    const part = names.slice(0, length).join('/');
    if (files.has(part) || isFolder(files, part)) continue;
    const folder = names.slice(0, length - 1).join('/');
    const wanted = skeleton(names[length - 1] ?? '');
    const twin = namesIn(files, folder).find((name) => skeleton(name) === wanted);
    return twin === undefined
      ? undefined
      : { part, exists: folder === '' ? twin : `${folder}/${twin}` };
  }
  return undefined;
}

export function isFolder(files: ReadonlyMap<string, unknown>, path: string): boolean {
  const keys = sorted(files);
  return keys[lowerBound(keys, `${path}/`)]?.startsWith(`${path}/`) === true;
}

/** Skips over each subfolder, so that the whole tree is never read. */
function namesIn(files: ReadonlyMap<string, unknown>, folder: string): readonly string[] {
  const keys = sorted(files);
  const prefix = folder === '' ? '' : `${folder}/`;
  const names: string[] = [];
  for (let index = lowerBound(keys, prefix); ; ) {
    const key = keys[index];
    if (key === undefined || !key.startsWith(prefix)) return names;
    const slash = key.indexOf('/', prefix.length);
    const name = key.slice(prefix.length, slash < 0 ? undefined : slash);
    if (names.at(-1) !== name) names.push(name);
    index = slash < 0 ? index + 1 : lowerBound(keys, `${prefix}${name}${AFTER_SLASH}`);
  }
}

/** The character that sorts right after `/`. */
const AFTER_SLASH = '0';
const orders = new WeakMap<ReadonlyMap<string, unknown>, readonly string[]>();

function sorted(files: ReadonlyMap<string, unknown>): readonly string[] {
  let keys = orders.get(files);
  if (keys === undefined) {
    keys = [...files.keys()].sort();
    orders.set(files, keys);
  }
  return keys;
}

/** The index of the first key that is not less than `wanted`. */
function lowerBound(keys: readonly string[], wanted: string): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((keys[middle] ?? '') < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}
