/** Characters that nobody sees are found in a text of ASCII as in any other. */
import t from 'tap';
import { oddCharacters } from '../../src/kernel/odd-characters.js';

const namesIn = (text: string): readonly string[] => oddCharacters(text).map(({ name }) => name);

t.test('a control character is found with and without other letters around it', async (t) => {
  const controls = Array.from({ length: 0x80 }, (_, code) => String.fromCharCode(code)).filter(
    (character) => /[\0-\x08\x0b\x0c\x0e-\x1f\x7f]/.test(character),
  );
  t.equal(controls.length, 30);
  for (const control of controls) {
    const [own] = namesIn(`a${control}b`);
    t.match(own, /^U\+00[0-9A-F]{2} /);
    t.strictSame(namesIn(`a${control}b`), namesIn(`ä${control}b`));
  }
});

t.test('ordinary text has none, and letters that look like others are found', async (t) => {
  t.strictSame(namesIn('Plain text,\twith a tab\r\nand two lines.\n'), []);
  t.strictSame(namesIn('Größe'), []);
  t.strictSame(namesIn('pаge'), ['U+0430 a Cyrillic letter']);
  t.strictSame(namesIn('\ufeffa\u200bb'), ['U+200B ZERO WIDTH SPACE']);
});
