/** What a shell makes of a word that was quoted for it. */
import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import t from 'tap';
import { inSingleQuotes, shellWord } from '../../src/kernel/shell-word.js';

/** The words of a line, as a shell hands them to a program. */
function wordsOf(line: string): readonly string[] {
  const script = `node -e 'console.log(JSON.stringify(process.argv.slice(1)))' -- ${line}`;
  return JSON.parse(spawnSync('sh', ['-c', script], { encoding: 'utf8' }).stdout) as string[];
}

t.test('each word arrives as it is', async (t) => {
  const words = [
    '/usr/bin/node',
    'a b',
    "it's",
    '~',
    '~/x',
    'A=b',
    '$HOME `id` $(id)',
    '*',
    '#',
    '!x',
    'new\nline',
    '\\',
    '"',
    '',
    '{a,b}',
  ];
  t.same(wordsOf(words.map(shellWord).join(' ')), words);
  t.same(wordsOf(words.map(inSingleQuotes).join(' ')), words);
  t.equal(shellWord('/usr/bin/node-20.1'), '/usr/bin/node-20.1', 'without quotes where it can');
});

t.test('so does any other', async () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (first, second) => {
      if (`${first}${second}`.includes('\0')) return true;
      const got = wordsOf([first, second].map(shellWord).join(' '));
      return got[0] === first && got[1] === second;
    }),
    { numRuns: 30 },
  );
});
