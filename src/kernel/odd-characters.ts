/** Characters that nobody sees, and those that look like others. */

export type OddCharacter = {
  /** In UTF-16 units. */
  readonly index: number;
  readonly length: number;
  /** `U+200B ZERO WIDTH SPACE`. */
  readonly name: string;
  readonly kind: 'control' | 'hidden' | 'look-alike';
  /** What it looks like. */
  readonly like?: string;
};

const HIDDEN: Readonly<Record<string, string>> = {
  '\u00a0': 'NO-BREAK SPACE',
  '\u00ad': 'SOFT HYPHEN',
  '\u061c': 'ARABIC LETTER MARK',
  '\u2007': 'FIGURE SPACE',
  '\u2009': 'THIN SPACE',
  '\u200b': 'ZERO WIDTH SPACE',
  '\u200c': 'ZERO WIDTH NON-JOINER',
  '\u200d': 'ZERO WIDTH JOINER',
  '\u200e': 'LEFT-TO-RIGHT MARK',
  '\u200f': 'RIGHT-TO-LEFT MARK',
  '\u2028': 'LINE SEPARATOR',
  '\u2029': 'PARAGRAPH SEPARATOR',
  '\u202a': 'LEFT-TO-RIGHT EMBEDDING',
  '\u202b': 'RIGHT-TO-LEFT EMBEDDING',
  '\u202c': 'POP DIRECTIONAL FORMATTING',
  '\u202d': 'LEFT-TO-RIGHT OVERRIDE',
  '\u202e': 'RIGHT-TO-LEFT OVERRIDE',
  '\u202f': 'NARROW NO-BREAK SPACE',
  '\u2060': 'WORD JOINER',
  '\u2066': 'LEFT-TO-RIGHT ISOLATE',
  '\u2067': 'RIGHT-TO-LEFT ISOLATE',
  '\u2068': 'FIRST STRONG ISOLATE',
  '\u2069': 'POP DIRECTIONAL ISOLATE',
  '\u3000': 'IDEOGRAPHIC SPACE',
  '\ufeff': 'ZERO WIDTH NO-BREAK SPACE',
};
const LOOK_ALIKES: Readonly<Record<string, readonly [name: string, like: string]>> = {
  '‘': ['LEFT SINGLE QUOTATION MARK', "'"],
  '’': ['RIGHT SINGLE QUOTATION MARK', "'"],
  '‚': ['SINGLE LOW-9 QUOTATION MARK', "'"],
  '“': ['LEFT DOUBLE QUOTATION MARK', '"'],
  '”': ['RIGHT DOUBLE QUOTATION MARK', '"'],
  '„': ['DOUBLE LOW-9 QUOTATION MARK', '"'],
  '‐': ['HYPHEN', '-'],
  '‑': ['NON-BREAKING HYPHEN', '-'],
  '‒': ['FIGURE DASH', '-'],
  '–': ['EN DASH', '-'],
  '−': ['MINUS SIGN', '-'],
  '∗': ['ASTERISK OPERATOR', '*'],
  '⁄': ['FRACTION SLASH', '/'],
  '∕': ['DIVISION SLASH', '/'],
  '＊': ['FULLWIDTH ASTERISK', '*'],
  '／': ['FULLWIDTH SOLIDUS', '/'],
  '：': ['FULLWIDTH COLON', ':'],
  '｜': ['FULLWIDTH VERTICAL LINE', '|'],
  '＃': ['FULLWIDTH NUMBER SIGN', '#'],
  '…': ['HORIZONTAL ELLIPSIS', '...'],
};
const ODD = new RegExp(
  `[\\0-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f${Object.keys(HIDDEN).join('')}${Object.keys(LOOK_ALIKES).join('')}]|[\\u{e0000}-\\u{e007f}]`,
  'gu',
);
/** A Latin word with a letter of Greek or Cyrillic, or the other way round. */
const MIXED =
  /(?<=[\p{Script=Latin}\d_-])[\p{Script=Cyrillic}\p{Script=Greek}]|[\p{Script=Cyrillic}\p{Script=Greek}](?=[\p{Script=Latin}])/gu;

const CONTROL = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f]/;

/** In the order of the text. A byte order mark at its start is not one. */
export function oddCharacters(text: string): readonly OddCharacter[] {
  // In ASCII, which is counted much faster than searched, only these are odd.
  if (Buffer.byteLength(text) === text.length && !CONTROL.test(text)) return [];
  const found = [...text.matchAll(ODD)].flatMap(({ index, 0: character }): OddCharacter[] =>
    index === 0 && character === '\ufeff' ? [] : [{ ...described(character), index }],
  );
  for (const { index, 0: letter } of text.matchAll(MIXED))
    found.push({
      index,
      length: letter.length,
      name: `${code(letter)} ${/\p{Script=Greek}/u.test(letter) ? 'a Greek letter' : 'a Cyrillic letter'}`,
      kind: 'look-alike',
      like: 'a Latin letter',
    });
  return found.sort((a, b) => a.index - b.index);
}

function described(character: string): Omit<OddCharacter, 'index'> {
  const { length } = character;
  const alike = LOOK_ALIKES[character];
  if (alike !== undefined)
    return { length, name: `${code(character)} ${alike[0]}`, kind: 'look-alike', like: alike[1] };
  const hidden = HIDDEN[character];
  if (hidden !== undefined) return { length, name: `${code(character)} ${hidden}`, kind: 'hidden' };
  if (character.length > 1) return { length, name: `${code(character)} a tag`, kind: 'hidden' };
  return {
    length,
    name: `${code(character)}${character === '\0' ? ' NULL' : ' a control character'}`,
    kind: 'control',
  };
}

function code(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}
