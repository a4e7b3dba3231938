/** Taking the module out: its folder and its row of R8, or its folder alone. Everything else works. */
import { join } from 'node:path';
import t from 'tap';
import { installWithout } from '../../support/package-without.js';

t.setTimeout(300_000);
t.test('without its folder and its row a whole night goes as before', async (t) => {
  const directory = t.testdir();
  const { run } = installWithout('knowledge', directory, { row: false });
  const night = run(['demo', join(directory, 'demo')]);
  t.equal(night.exit, 0, night.said.slice(-2000));
  t.match(night.said, /Wanted from you \(3\)/);
  const demo = join(directory, 'demo');
  for (const words of [['gate'], ['validate'], ['audit', 'verify'], ['modules', 'list'], ['modules', 'run'], ['status']]) {
    const { exit, said } = run(words, demo);
    t.equal(exit, 0, `${words.join(' ')}: ${said.slice(-600)}`);
  }
  t.match(run(['validate'], demo).said, /0 errors, 0 warnings/);
  t.equal(run(['knowledge', 'stats'], demo).exit, 2, 'its commands are not there');
  t.notMatch(run(['help'], demo).said, /knowledge search/);
});

t.test('without its folder alone the passes go on, and validate says that nothing is called', async (t) => {
  const directory = t.testdir();
  const { run } = installWithout('knowledge', directory, { row: true });
  t.equal(run(['init', 'own', '--yes', '--owner', 'Ann', '--domain', 'tests']).exit, 0);
  const own = join(directory, 'own');
  t.match(run(['mcp', '--list'], own).said, /8 tools/);
  const { exit, said } = run(['run', 'manager'], own);
  t.equal(exit, 0, said);
  t.match(run(['validate'], own).said, /module-watch +the module knowledge is enabled, but not installed/);
});
