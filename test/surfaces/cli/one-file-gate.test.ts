import { spawnSync } from 'node:child_process';
import { appendFileSync, cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { makeWorkspace } from '../../support/make-workspace.js';

const at = (path: string): string => fileURLToPath(new URL(`../../../../${path}`, import.meta.url));
const MAIN = `import(${JSON.stringify(at('dist/src/surfaces/cli/main.js'))}).then((it) => it.main(process.argv.slice(1)))`;

t.test('the bundled gate says what the whole command line says', async (t) => {
  const directory = t.testdir();
  const file = join(directory, 'quick.cjs');
  cpSync(at('dist/quick.cjs'), file);
  const one = `require(${JSON.stringify(at('bin/load-bundle.cjs'))}).loadBundle(${JSON.stringify(file)}).exports.quickAnswer(process.argv.slice(1)).then((exit) => { if (exit === undefined) process.stdout.write('left to the others'); else process.exitCode = exit; })`;
  const place = makeWorkspace(directory);
  const run = (script: string, words: readonly string[]) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, ['-e', script, ...words], {
      cwd: place.root,
      encoding: 'utf8',
      env: { ...process.env, NOCTURNE_HOME: place.home },
    });
    return { status, stdout, stderr };
  };
  const compare = (words: readonly string[], that: string): boolean =>
    t.same(run(one, words), run(MAIN, words), that);
  compare(['gate'], 'in order, for people');
  compare(['gate', '--json'], 'in order, for programs');
  appendFileSync(join(place.root, 'SOUL.md'), 'x');
  t.equal(run(one, ['gate']).stdout, 'left to the others', 'a refusal has to be explained');
  t.match(run(MAIN, ['gate']), { status: 3, stdout: /Run: nocturne sign --all/ });
  compare(['gate', '--workspace', join(place.root, 'nothing')], 'an error');
  t.equal(run(one, ['gate', '--help']).stdout, 'left to the others', 'other words');
  mkdirSync(join(place.root, '.nocturne/journal'), { recursive: true });
  writeFileSync(join(place.root, '.nocturne/journal/tx-1.entry'), 'not an entry');
  t.equal(
    run(one, ['gate']).stdout,
    'left to the others',
    'a commit that was interrupted has to be finished first',
  );
  t.match(
    run(MAIN, ['gate']),
    { status: 3, stdout: /journal entry cannot be trusted/ },
    'by the whole command line',
  );
  writeFileSync(`${file}.cache`, 'not what V8 wrote');
  t.same(
    run(one, ['gate']),
    { status: 0, stdout: 'left to the others', stderr: '' },
    'a cache that does not fit is passed over',
  );
});
