import { createHash } from 'node:crypto';
import t from 'tap';
import { genesis, link, LINK_LENGTH } from '../../src/kernel/chain.js';
import { sha256 } from '../../src/kernel/hash.js';
import { wordsOf } from '../../src/kernel/words.js';

t.test('a link is the formula that R7 publishes', async (t) => {
  const first = genesis('audit/LOG.md');
  t.equal(
    first,
    createHash('sha256').update('nocturne chain v1\naudit/LOG.md').digest('hex').slice(0, 32),
  );
  t.equal(
    link(first, ['1', 'a | b']),
    createHash('sha256').update(`${first}\n["1","a | b"]`).digest('hex').slice(0, 32),
  );
  t.equal(first.length, LINK_LENGTH);
});

t.test(
  'a link depends on the log, on the row before, and on where one cell ends and the next begins',
  async (t) => {
    t.not(genesis('audit/A.md'), genesis('audit/B.md'));
    t.not(link('x', ['ab', 'c']), link('x', ['a', 'bc']));
    t.not(link('x', ['a']), link('y', ['a']));
    t.not(link('x', ['a', '']), link('x', ['a']));
  },
);

t.test('text and bytes of the same content have the same hash', async (t) => {
  t.equal(sha256('Nächte'), sha256(Buffer.from('Nächte', 'utf8')));
  t.equal(sha256(''), 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
});

t.test('words that carry meaning are long enough, in any script, without case', async (t) => {
  t.same(
    [...wordsOf('The Nächte, the NÄCHTE: 2026 an x-ray полночь')],
    ['nächte', '2026', 'полночь'],
  );
});
