/** Forbidden patterns are found in an output of any length, wherever its pieces end. */
import t from 'tap';
import { watchOutput } from '../../../src/modules/jobs/watch-output.js';

function problems(patterns: readonly string[], pieces: readonly (string | Buffer)[]) {
  const watch = watchOutput(patterns);
  for (const piece of pieces) watch.push(piece);
  return watch.end();
}

t.test('a pattern is found in upper and lower case, at the beginning of a line', async (t) => {
  t.same(problems(['^error'], ['fine\n', 'ERROR: no\n']), ['the output matches /^error/']);
  t.same(problems(['^error'], ['0 errors\n']), []);
});

t.test('a word that two pieces share is found', async (t) => {
  t.equal(problems(['could not connect'], ['could n', 'ot connect']).length, 1);
  const [first, second] = [
    Buffer.from('Käse: f').subarray(0, 2),
    Buffer.from('Käse: f').subarray(2),
  ];
  t.equal(problems(['^käse'], [first, second]).length, 1, 'also a letter');
});

t.test('the first line of a long output counts as much as the last', async (t) => {
  const long = Array.from({ length: 40 }, (_, i) => `line ${i} ${'x'.repeat(9000)}\n`);
  t.equal(problems(['^fatal'], ['FATAL\n', ...long]).length, 1);
  t.equal(problems(['^fatal'], [...long, 'fatal']).length, 1);
  t.same(problems(['^fatal'], long), []);
});

t.test('a pattern that cannot be used is a problem, not a pass', async (t) => {
  t.match(problems(['error ('], ['fine\n']), [/not a regular expression/]);
  t.match(problems(['^(a+)+$'], [`${'a'.repeat(40)}!\n`]), [/takes too long/]);
});
