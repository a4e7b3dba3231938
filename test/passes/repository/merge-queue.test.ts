/** Attempts on a repository of the owner's, merged one at a time. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { differenceOf } from '../../../src/passes/repository/difference-of.js';
import { keepAttempt } from '../../../src/passes/repository/keep-attempt.js';
import {
  attempt,
  beginAttempt,
  FILES,
  fingerprint,
  keepAll,
  merge,
  ownersRepository,
  put,
  run,
} from './owners-repository.js';

t.test('a proved attempt becomes one commit of the branch, and nothing else changes', async (t) => {
  const owners = ownersRepository(t.testdir());
  const before = fingerprint(owners.path);
  const working = beginAttempt(owners, 'RUN-20260301-001');
  t.equal(readFileSync(join(working.folder, 'docs/Überblick.md'), 'utf8'), 'Alles.\n');
  put(working.folder, {
    'src/price.js': FILES['src/price.js'].replace('3', '4'),
    'docs/Ä b.md': 'Neu.\n',
  });
  t.same(
    differenceOf(working)
      .changes.map(({ path, kind }) => [path, kind])
      .sort(),
    [
      ['PROJECTS/shop/repo/docs/Ä b.md', 'added'],
      ['PROJECTS/shop/repo/src/price.js', 'changed'],
    ],
  );
  const kept = keepAll(working);
  t.equal(run(owners.path, 'rev-parse', 'refs/nocturne/RUN-20260301-001'), kept);
  const result = await merge(owners, 'RUN-20260301-001');
  t.match(result, { kind: 'merged', branch: 'nocturne/shop' });
  t.equal(
    run(owners.path, 'show', 'nocturne/shop:src/price.js').split('\n')[0],
    'export const price = 4;',
  );
  t.equal(run(owners.path, 'rev-parse', 'nocturne/shop^'), run(owners.path, 'rev-parse', 'main'));
  t.match(
    run(owners.path, 'log', '-1', '--format=%B', 'nocturne/shop'),
    /^Work of RUN-20260301-001\n\nNocturne-Attempt: RUN-20260301-001/,
  );
  t.same(fingerprint(owners.path), before);
  t.equal(run(owners.path, 'for-each-ref', 'refs/nocturne'), '', 'its ref is not needed any more');
  t.notOk(
    readdirSync(join(owners.path, '.git/objects/pack')).some((name) => name.endsWith('.keep')),
  );
  t.notOk(existsSync(join(owners.state, 'git/RUN-20260301-001.merge')));
  run(owners.path, 'fsck', '--strict');
  t.match(await merge(owners, 'RUN-20260301-001'), { ...result }, 'again: it is merged already');
  t.equal(run(owners.path, 'rev-list', '--count', 'main..nocturne/shop'), '1');
});

t.test('what has changed since it was judged is not kept', (t) => {
  const judged: Readonly<Record<string, string>> = { 'new.txt': 'judged\n', 'README.md': 'new\n' };
  for (const [i, path] of Object.keys(judged).entries()) {
    const owners = ownersRepository(t.testdir());
    const working = beginAttempt(owners, `RUN-20260301-00${i + 1}`);
    put(working.folder, judged);
    const { changes } = differenceOf(working);
    const accepted = new Map(changes.map((each) => [each.path, each.after?.hash]));
    put(working.folder, { [path]: 'nobody has judged this\n' });
    t.throws(() => keepAttempt(working, { accepted, now: new Date(0) }), { code: 'UNREADABLE' });
  }
  t.end();
});

t.test('two attempts that are green apart and red together are not both merged', async (t) => {
  const owners = ownersRepository(t.testdir());
  attempt(owners, 'RUN-20260301-001', { 'src/price.js': FILES['src/price.js'].replace('3', '6') });
  attempt(owners, 'RUN-20260301-002', { 'src/total.js': 'export const count = 5;\n' });
  const check: Parameters<typeof merge>[2] = {
    async check({ into }) {
      const folder = join(owners.state, 'checks');
      into(folder);
      const number = (path: string): number =>
        Number(/\d+/.exec(readFileSync(join(folder, path), 'utf8'))?.[0]);
      return number('src/price.js') * number('src/total.js') > 20
        ? 'the total is above 20'
        : undefined;
    },
  };
  t.match(await merge(owners, 'RUN-20260301-001', check), { kind: 'merged' });
  t.match(await merge(owners, 'RUN-20260301-002', check), {
    kind: 'red',
    why: 'the total is above 20',
  });
  t.equal(run(owners.path, 'show', 'nocturne/shop:src/total.js'), 'export const count = 2;');
});

t.test('a lock that a killed git left does not stop the queue', async (t) => {
  const owners = ownersRepository(t.testdir());
  attempt(owners, 'RUN-20260301-001', { 'src/new.js': 'x\n' });
  put(owners.path, { '.git/refs/heads/nocturne/shop.lock': '' });
  t.match(await merge(owners, 'RUN-20260301-001'), { kind: 'merged' });
});

t.test('a branch of the owner leaves no room', async (t) => {
  const owners = ownersRepository(t.testdir());
  run(owners.path, 'branch', 'nocturne');
  attempt(owners, 'RUN-20260301-001', { 'src/new.js': 'x\n' });
  t.match(await merge(owners, 'RUN-20260301-001'), { kind: 'refused', why: /rename it first/ });
});

t.test('a conflict is given back with both versions', async (t) => {
  const owners = ownersRepository(t.testdir());
  attempt(owners, 'RUN-20260301-001', { 'src/total.js': 'export const count = 4;\n' });
  attempt(owners, 'RUN-20260301-002', { 'src/total.js': 'export const count = 5;\n' });
  await merge(owners, 'RUN-20260301-001');
  const result = await merge(owners, 'RUN-20260301-002');
  t.match(result, { kind: 'conflict', why: 'Others changed the same in src/total.js.' });
  t.match(result, {
    text: /src\/total\.js:\n<{7} .*\nexport const count = 4;\n={7}\nexport const count = 5;\n>{7} /,
  });
});
