/** The scan by characters joins the same words as the expression that says what is joined. */
import fc from 'fast-check';
import t from 'tap';
import { joinedTexts, LONG_JOINED } from '../../src/validate/joined-text.js';
import { LONG } from '../../src/validate/long-words.js';

const PIECE = '[\\w+/=.~-]{2,}';
const BREAK = `(?:[ \\t]*\\\\?\\r?\\n[ \\t>#*|]*|["'\`][ \\t]*[+.&,]?\\s*["'\`])`;

/** Each joined word that is long enough for a credential, with the place of each of its characters. */
function plainly(text: string): readonly string[] {
  const found: string[] = [];
  for (const { 0: run, index } of text.matchAll(
    new RegExp(`(?<![\\w+/=.~-])${PIECE}(?:${BREAK}${PIECE})+`, 'g'),
  )) {
    const start = found.length;
    let from = 0;
    for (const separator of [...run.matchAll(new RegExp(BREAK, 'g')), undefined]) {
      const to = separator?.index ?? run.length;
      for (let i = from; i < to; i++) found.push(`${run.charAt(i)} ${index + i}`);
      from = to + (separator?.[0].length ?? 0);
    }
    const end = index + run.length;
    const isShort = found.length - start < LONG_JOINED && !run.includes('-');
    if (isShort || found.length - start < LONG) found.length = start;
    else found.push(`\n ${end}`, `\n ${end + 1}`);
  }
  return found;
}

function quickly(text: string): readonly string[] {
  return joinedTexts(text).flatMap((joined) =>
    [...joined.text].map((character, i) => `${character} ${joined.sourceOf(i)}`),
  );
}

t.test('words that were split are joined as the expression says', async (t) => {
  const parts = ['a', 'bc', 'D9', '_', '+', '.', ',', '&', '=', '/', '-', '~', 'é', '\u00a0', '(']
    .concat(['abcdefghi', '0123456789abcdefghij'])
    .concat([' ', '\t', '\\', '\r', '\n', '>', '#', '*', '|', '"', "'", '`', '\n> ', '" + "'])
    .map((part) => fc.constant(part));
  fc.assert(
    fc.property(fc.array(fc.oneof(...parts), { maxLength: 40 }), (drawn) => {
      const text = drawn.join('');
      t.strictSame(quickly(text), plainly(text));
    }),
    { numRuns: 2000, verbose: 1 },
  );
});

t.test('a place in a text without disguises is the place of the character', async (t) => {
  const text = 'ghp\u200b_\uff41bc&#100;e';
  const [joined] = joinedTexts(text);
  t.equal(joined?.text, 'ghp_abcde');
  t.same(
    [...(joined?.text ?? '')].map((_, i) => joined?.sourceOf(i)),
    [0, 1, 2, 4, 5, 6, 7, 8, 14],
  );
});
