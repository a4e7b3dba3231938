/** Names that are not the same bytes and yet look, or on some disks are, the same. */

/** Characters that take no room: nobody sees that they are there, and some disks ignore them. */
const INVISIBLE = /[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202f\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\u{1bca0}-\u{1bca3}\u{e0000}-\u{e0fff}]/gu;

/**
 * Letters of other scripts drawn like a Latin one, in either case (a selection of Unicode's confusables, UTS 39), keyed after
 * lower-casing: Cyrillic en and Greek eta stand under `h` because their capitals are drawn as H.
 */
const DRAWN_ALIKE: ReadonlyMap<string, string> = new Map(
  Object.entries({
    a: 'аɑα', b: 'вьβƅ', c: 'сϲᴄ', d: 'ԁɗ', e: 'еҽε', g: 'ɡԍց', h: 'нһհη', i: 'іɩι', j: 'јϳ', k: 'кκᴋ', l: 'ӏǀ', m: 'мμᴍ', n: 'ոռν', o: 'оσօᴏ', p: 'рρ', q: 'ԛգ',
    r: 'гᴦ', s: 'ѕꜱ', t: 'тτᴛ', u: 'ʋսᴜ', v: 'ѵᴠ', w: 'ԝѡᴡ', x: 'хχ', y: 'уүυ', z: 'ζᴢ', '-': '‐–—−', '/': '∕⁄⧸', '\\': '∖⧵', '.': '․٠۰',
  }).flatMap(([latin, others]) => [...others].map((other) => [other, latin] as const)),
);

export function hasInvisible(text: string): boolean {
  return new RegExp(INVISIBLE.source, 'u').test(text);
}

/** Two texts with the same skeleton may be taken for each other: NFKC, invisible characters out, case folded, look-alike letters made Latin. */
export function skeleton(text: string): string {
  if (/^[\x20-\x7e]*$/.test(text)) return text.toLowerCase();
  const plain = text.normalize('NFKC').replace(INVISIBLE, '').toUpperCase().toLowerCase().replace(/i\u0307/g, 'i');
  return [...plain].map((letter) => DRAWN_ALIKE.get(letter) ?? letter).join('');
}

/** Only their case differs. */
export function sameButCase(a: string, b: string): boolean {
  return a !== b && a.toLowerCase() === b.toLowerCase();
}

const indexes = new WeakMap<ReadonlyMap<string, unknown>, ReadonlyMap<string, readonly string[]>>();

/** The paths of `files`, and the folders they are in, that have the same skeleton as `path`. */
export function alike(files: ReadonlyMap<string, unknown>, path: string): readonly string[] {
  let index = indexes.get(files);
  if (index === undefined) {
    index = indexOf(files);
    indexes.set(files, index);
  }
  return index.get(skeleton(path)) ?? [];
}

function indexOf(files: ReadonlyMap<string, unknown>): ReadonlyMap<string, readonly string[]> {
  const index = new Map<string, string[]>();
  const seen = new Set<string>();
  const add = (path: string): void => {
    if (path === '' || seen.has(path)) return;
    seen.add(path);
    const key = skeleton(path);
    const known = index.get(key);
    if (known === undefined) index.set(key, [path]);
    else known.push(path);
    add(path.slice(0, Math.max(0, path.lastIndexOf('/'))));
  };
  for (const path of files.keys()) add(path);
  return index;
}
