import t from 'tap';
import { parseQuery } from '../../../src/modules/knowledge/ranking/query-syntax.js';
import { type Embedder, NO_EMBEDDER } from '../../../src/modules/knowledge/embedders/embedder.js';
import { relatedTo } from '../../../src/modules/knowledge/ranking/related.js';
import { nearDuplicates } from '../../../src/modules/knowledge/ranking/near-duplicates.js';
import { weightOf } from '../../../src/modules/knowledge/ranking/weigh.js';
import { marked } from '../../../src/modules/knowledge/ranking/snippet.js';
import { knowledgePlace } from './knowledge-place.js';

t.setTimeout(120_000);

const CASES: readonly (readonly [that: string, question: string, path: string])[] = [
  ['a word', 'copyleft', 'notes/licences.md'],
  ['another ending of a word', 'checked licences', 'notes/licences.md'],
  ['a name with a hyphen', 'better-sqlite3', 'notes/licences.md'],
  ['a part of a name', 'sqlite3', 'notes/licences.md'],
  ['a path', 'node_modules/yaml/LICENSE', 'notes/licences.md'],
  ['an id', 'PA-003', 'notes/code.md'],
  ['a longer id', 'N-20260501-007', 'notes/code.md'],
  ['a function', 'readFileSafely', 'notes/code.md'],
  ['a part of a function', 'safely', 'notes/code.md'],
  ['a word of a name in camel case', 'records read path', 'notes/code.md'],
  ['two characters of CJK', '首都', 'notes/tokyo.md'],
  ['three and more', '機械学習', 'notes/tokyo.md'],
  ['a single one', '猫', 'notes/tokyo.md'],
  ['full-width letters', 'ｃｏｐｙｌｅｆｔ', 'notes/licences.md'],
  ['a phrase', '"restored once a month"', 'notes/backup.md'],
  ['a phrase and words', '"second disk" nightly archive', 'notes/backup.md'],
  ['syntax of the index itself', 'copyleft AND ( NEAR "', 'notes/licences.md'],
];

t.test('finds', async (t) => {
  const place = knowledgePlace(t.testdir());
  await place.index();
  for (const [that, question, path] of CASES) {
    const { hits } = await place.ask(`path:notes/ ${question}`);
    t.equal(hits[0]?.path, path, that);
  }
  t.same(
    (await place.ask('"month a once restored" path:notes/')).hits.filter((hit) =>
      hit.shares.some((one) => one.channel === 'words'),
    ),
    [],
    'words of a phrase in another order are no phrase',
  );
});

t.test('filters narrow what is chosen from, not what was chosen', async (t) => {
  const place = knowledgePlace(t.testdir());
  for (let i = 0; i < 200; i++)
    place.write(`other/${i}.md`, `# Archive ${i}\n\nThe archive archive archive of night ${i}.\n`);
  await place.index();
  const paths = async (question: string): Promise<readonly string[]> =>
    (await place.ask(question, { embedder: NO_EMBEDDER })).hits.map((hit) => hit.path);
  t.same(await paths('archive path:notes/'), ['notes/backup.md']);
  t.same(await paths('archive path:notes/*.md'), ['notes/backup.md']);
  t.same(await paths('package status:active'), ['notes/licences.md', 'notes/licences.md']);
  t.same(
    await paths('package status:done path:notes/'),
    await paths('package path:notes/backup.md'),
    'a status of another file finds nothing else',
  );
  t.ok((await paths('licence since:2026-03 path:notes/licences')).length > 0);
  t.same(await paths('archive since:2026-01-01 path:notes/backup'), []);
  t.same(
    (await place.ask('package heading:exceptions')).hits.map((hit) => hit.heading),
    ['Licences > Exceptions'],
  );
  for (const { path } of (await place.ask('runner kind object:RUNNER')).hits)
    t.equal(path, 'orchestration-os/RUNNERS.md');
  t.ok((await place.ask('runner kind object:RUNNER')).hits.length > 0);
  for (const bad of ['since:yesterday x', 'path:notes/', '', '"'])
    await t.rejects(place.ask(bad), { code: 'BAD_VALUE' }, bad);
});

t.test('says how a passage came to its place, and shows where it matched', async (t) => {
  const place = knowledgePlace(t.testdir());
  await place.index();
  const {
    hits: [hit],
  } = await place.ask(
    'licences of copyleft packages that frighten lawyers and publishers path:notes/',
  );
  t.equal(
    hit?.line,
    7,
    'the line of the first match: the chunk begins there, the front matter stands before it',
  );
  t.equal(hit?.heading, 'Licences > Checking a licence');
  t.match(
    marked(hit?.snippet ?? { text: '', marks: [] }, (part) => `[${part}]`),
    /\[Copyleft\] ones/,
  );
  t.same(
    hit?.shares.map((one) => one.channel),
    ['words', 'meaning'],
  );
  for (const share of hit?.shares ?? [])
    t.ok(Math.abs(share.contribution - share.weight / (5 + share.rank)) < 1e-12);
  t.equal(hit?.score, (hit?.near ?? 0) + 1, 'first by its ranks, and how near its words stand');
});

t.test(
  'learned vectors count if the words of the query find little, and not if they hit',
  async (t) => {
    const place = knowledgePlace(t.testdir());
    await place.index();
    const told = await place.ask('copyleft licence path:notes/');
    t.ok(told.coverage >= 0.5, `the best passage has ${told.coverage}`);
    t.equal(told.weight, 0);
    t.same(
      new Set(told.hits.flatMap((hit) => hit.shares.map((one) => one.channel))),
      new Set(['words']),
    );
    const vague = await place.ask(
      'copyleft frightens lawyers, publishers and investors path:notes/',
    );
    t.ok(vague.coverage > 0 && vague.coverage < 0.5, `the best passage has ${vague.coverage}`);
    t.equal(vague.weight, 0.8 * (1 - vague.coverage / 0.5));
    t.equal(
      (await place.ask('unheard syllables path:notes/')).weight,
      0.8,
      'words that no passage has are left to the vectors',
    );
    for (const [kind, coverage, weight] of [
      ['latent', 0, 0.8],
      ['latent', 0.25, 0.4],
      ['latent', 0.9, 0],
      ['transformers', 0, 1],
      ['transformers', 0.9, 1],
      ['openai', 0.9, 1],
      ['none', 0, 0],
    ] as const)
      t.equal(weightOf(kind, coverage), weight, `${kind} ${coverage}`);
  },
);

t.test(
  'what stands together as in the question goes first, but for what a sentence model finds',
  async (t) => {
    const place = knowledgePlace(t.testdir(), {
      'a.md': `# A\n\nblue whale ${'and more words here '.repeat(20)} song\n`,
      'b.md': '# B\n\nThe song of the blue whale carries far. Blue. Song.\n',
      'c.md': `# C\n\nblue ${'x y z '.repeat(30)} whale ${'x y z '.repeat(30)} song song song whale blue\n`,
    });
    await place.index('none');
    const { hits } = await place.ask('song of the blue whale path:.md', { embedder: NO_EMBEDDER });
    t.same([hits[0]?.path, hits[0]?.near], ['b.md', 2], 'the question as it stands');
    t.ok(
      hits.every((hit, i) => i === 0 || hit.score <= (hits[i - 1]?.score ?? 0)),
      'scores fall',
    );
    const { hits: apart } = await place.ask('whale song blue path:.md', { embedder: NO_EMBEDDER });
    t.ok(
      (apart.find((hit) => hit.path === 'b.md')?.near ?? 0) >
        (apart.find((hit) => hit.path === 'a.md')?.near ?? 1),
      'the nearer, the more',
    );
    const model: Embedder = {
      kind: 'transformers',
      model: 'none of ours',
      dimensions: 4,
      embed: async (texts) => texts.map(() => new Float32Array(4)),
      close: async () => undefined,
    };
    t.ok(
      (await place.ask('song of the blue whale path:.md', { embedder: model })).hits.every(
        (hit) => hit.near === 0,
      ),
    );
  },
);

t.test(
  'an edited file is not answered from what it was, and a deleted one not at all',
  async (t) => {
    const place = knowledgePlace(t.testdir());
    await place.index();
    place.write('notes/licences.md', '# Licences\n\nNothing is left of it.\n');
    const edited = await place.ask('copyleft path:notes/');
    t.same(
      [edited.hits.filter((hit) => hit.path === 'notes/licences.md'), edited.stale],
      [[], ['notes/licences.md']],
    );
    const { rmSync } = await import('node:fs');
    rmSync(`${place.root}/notes/backup.md`);
    const deleted = await place.ask('archive disk path:notes/');
    t.same(
      [deleted.hits.filter((hit) => hit.path === 'notes/backup.md'), deleted.gone],
      [[], ['notes/backup.md']],
    );
  },
);

t.test('related files and near-duplicates', async (t) => {
  const copy =
    'Every package names its licence. Copyleft ones need a second look by the owner, and by another owner.\n';
  const place = knowledgePlace(t.testdir());
  place.write('notes/more-licences.md', `# Licence rules\n\n${copy}`);
  await place.index();
  t.equal(
    relatedTo(place.db, 'notes/more-licences.md', { limit: 3, weight: 0.25 })[0]?.path,
    'notes/licences.md',
  );
  const [first] = await nearDuplicates(place.db, copy, {
    embedder: NO_EMBEDDER,
    except: 'notes/more-licences.md',
  });
  t.equal(first?.path, 'notes/licences.md');
  t.ok((first?.resemblance ?? 0) > 0.4 && (first?.resemblance ?? 1) < 1);
  const [same] = await nearDuplicates(place.db, `# Licence rules\n\n${copy}`, {
    embedder: NO_EMBEDDER,
  });
  t.same([same?.path, same?.resemblance], ['notes/more-licences.md', 1]);
});

t.test('a question is read as words, phrases and filters', (t) => {
  t.same(parseQuery('how "exact words" path:docs/** heading:"Two words" http://x status:'), {
    text: 'how exact words http://x status:',
    words: ['how', 'http://x', 'status:'],
    phrases: ['exact words'],
    filters: { path: ['docs/**'], heading: ['Two words'] },
  });
  t.end();
});
