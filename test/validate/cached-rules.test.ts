/** What the cache of `validate` adds: threads for very many files, and kept results of rules. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { moduleRules } from '../../src/surfaces/cli/module-rules.js';
import { validateCached } from '../../src/validate/cached-validation.js';
import { type Validation, validate } from '../../src/validate/validate-snapshot.js';
import { openCache } from '../../src/workspace/cache.js';
import { openSnapshot } from '../../src/workspace/snapshot.js';
import type { Snapshot } from '../../src/workspace/types.js';
import { walk } from '../../src/workspace/walk.js';
import { makeWorkspace } from '../support/make-workspace.js';

const NOW = new Date('2026-11-21T01:30:00Z');
const BROKEN = '\nSee [that](nowhere-to-be-found.md).\n';

/** The listing as it would be if everything had been written a minute earlier. */
function aged(root: string): Snapshot {
  const files = new Map(
    [...walk(root)].map(([path, entry]) => [path, { ...entry, ctimeMs: entry.ctimeMs - 60_000 }]),
  );
  return openSnapshot(root, { now: NOW, files });
}

function checkCached(snapshot: Snapshot, said: string[] = []): Promise<Validation> {
  const progress = (line: string): void => void said.push(line);
  return validateCached(snapshot, { program: 'test', outside: [], moduleRules, progress });
}

t.test('very many files are checked in threads, with the same answer', async (t) => {
  const { root } = makeWorkspace(t.testdir());
  mkdirSync(join(root, 'notes'));
  for (let i = 0; i < 1_100; i++)
    writeFileSync(join(root, 'notes', `${i}.md`), i % 100 === 0 ? BROKEN : `Note ${i}.\n`);
  writeFileSync(join(root, 'notes', 'key.txt'), `key = ghp_${'a1B2c3D4'.repeat(4)}abcd\n`);
  writeFileSync(join(root, 'notes', 'bytes.md'), Buffer.from([0x61, 0xff, 0x0a]));
  writeFileSync(
    join(root, 'MEMORY.md'),
    `${readFileSync(join(root, 'MEMORY.md'), 'utf8')}${BROKEN}`,
  );
  let threads = 0;
  const count = (): void => void threads++;
  process.on('worker', count);
  t.teardown(() => process.off('worker', count));
  const plain = await validate(openSnapshot(root, { now: NOW }), { moduleRules });
  t.ok(
    ['secret', 'not-utf8', 'link-broken'].every((id) =>
      plain.diagnostics.some((one) => one.rule === id),
    ),
  );
  t.equal(threads, 0);
  const said: string[] = [];
  const found = await checkCached(aged(root), said);
  t.equal(threads, Math.min(availableParallelism(), 4) - 1, 'this one is one of them');
  t.strictSame([found, said], [plain, []]);
  const before = threads;
  t.strictSame(await checkCached(aged(root)), plain);
  t.equal(threads, before, 'nothing changed');
  rmSync(join(root, '.nocturne'), { recursive: true });
  const files = new Map(walk(root));
  rmSync(join(root, 'notes', '7.md'));
  const gone = openSnapshot(root, { now: NOW, files });
  const left = await validate(openSnapshot(root, { now: NOW, files }), { moduleRules });
  t.strictSame(await checkCached(gone), left, 'a file that disappears meanwhile');
});

t.test('a rule that reads little runs again when that changes, and only then', async (t) => {
  const { root } = makeWorkspace(t.testdir());
  const ask = async (): Promise<readonly string[]> =>
    (await checkCached(aged(root))).diagnostics
      .map(({ rule, range }) => `${rule} ${range.file}`)
      .filter((one) => /^(?:name-case|sync-copy|plan-template)/.test(one));
  t.same(await ask(), []);
  writeFileSync(join(root, 'memory.md'), 'A page with nearly the same name.\n');
  writeFileSync(join(root, 'MEMORY (conflicted copy).md'), 'A copy.\n');
  t.same((await ask()).length, 2);
  const templates = join(root, 'orchestration-os', 'plan-templates');
  const [template = ''] = readdirSync(templates);
  const text = readFileSync(join(templates, template), 'utf8');
  writeFileSync(join(templates, template), `${text}\nsurplus: true\n`);
  t.same((await ask()).length, 3);
  writeFileSync(join(templates, template), text);
  rmSync(join(root, 'memory.md'));
  rmSync(join(root, 'MEMORY (conflicted copy).md'));
  t.same(await ask(), []);
});

t.test('an edit of prose leaves the answers of queries as they were', async (t) => {
  const { root } = makeWorkspace(t.testdir());
  const path = join(root, 'MODEL-TIERS.md');
  const hashesOf = async (): Promise<readonly string[]> => {
    await checkCached(aged(root));
    const cache = openCache(openSnapshot(root, { now: NOW }), {
      key: `test\n${openSnapshot(root, { now: NOW }).hash('REGISTRY.md') ?? ''}`,
      progress: t.fail,
    });
    const hashes = ['content', 'records MODEL-TIER'].map(cache.digest);
    cache.close();
    return hashes;
  };
  const [content, records] = await hashesOf();
  const text = readFileSync(path, 'utf8');
  writeFileSync(path, `${text}\nOne more line.\n`);
  const [longer, same] = await hashesOf();
  t.not(longer, content);
  t.equal(same, records);
  writeFileSync(path, `One line above.\n${text}`);
  t.not((await hashesOf())[1], records, 'its rows have other lines');
});
