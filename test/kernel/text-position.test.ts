import fc from 'fast-check';
import t from 'tap';
import { lineMap, positionAt, rangeAt } from '../../src/kernel/text-position.js';

t.test('lines end with LF, CRLF and a lone CR; a BOM is no column', async (t) => {
  const text = '\ufeffone\r\ntwo\rthree\n\nfive';
  const map = lineMap(text);
  const place = (needle: string): number[] => Object.values(positionAt(map, text.indexOf(needle)));
  t.same(place('one'), [1, 1]);
  t.same(place('e\r'), [1, 3]);
  t.same(place('two'), [2, 1]);
  t.same(place('three'), [3, 1]);
  t.same(place('five'), [5, 1]);
  t.same(Object.values(positionAt(map, 0)), [1, 1], 'the BOM itself');
  t.same(Object.values(positionAt(map, text.length)), [5, 5], 'the end of the text');
});

t.test('columns count UTF-16 units, so a surrogate pair is two', async (t) => {
  const text = 'a\u{1f319}b';
  t.same(positionAt(lineMap(text), text.indexOf('b')), { line: 1, column: 4 });
  t.same(rangeAt(lineMap(text), 'x.md', 1, 3), {
    file: 'x.md',
    line: 1,
    column: 2,
    endLine: 1,
    endColumn: 4,
  });
});

t.test('every offset of any text has the place that counting gives', async (t) => {
  const unit = fc.constantFrom('a', '\r', '\n', '\r\n', '\ufeff', '\u{1f319}', '\u2028', ' ');
  fc.assert(
    fc.property(fc.array(unit, { maxLength: 30 }), (units) => {
      const text = units.join('');
      const map = lineMap(text);
      for (let offset = 0; offset <= text.length; offset++) {
        const lines = text
          .slice(0, offset)
          .replace(/^\ufeff/, '')
          .replace(/\r(?=\n?$)/, text[offset] === '\n' ? '?' : '\r')
          .split(/\r\n|\n|\r/);
        const found = positionAt(map, offset);
        if (found.line !== lines.length || found.column !== (lines.at(-1)?.length ?? 0) + 1)
          return false;
      }
      return true;
    }),
    { numRuns: 1000 },
  );
  t.pass('held');
});
