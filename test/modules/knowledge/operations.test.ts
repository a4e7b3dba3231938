/**
 * The module behind its doors: the command line as a process, what a limited pass may be shown, the
 * end of a pass, and the brief.
 */
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { Fragment } from '../../../src/agents/types.js';
import { beginPass } from '../../../src/passes/host/host-driver.js';
import { readScope } from '../../../src/passes/read-scope.js';
import { answerIndex } from '../../../src/modules/knowledge/operations/answer-index.js';
import { answerRelated } from '../../../src/modules/knowledge/operations/answer-related.js';
import { answerSearch } from '../../../src/modules/knowledge/operations/answer-search.js';
import type { Caller } from '../../../src/modules/knowledge/operations/caller.js';
import { modelDirectory } from '../../../src/modules/knowledge/embedders/model-directory.js';
import { module } from '../../../src/modules/knowledge/module.js';
import { indexPath, releaseIndexes } from '../../../src/modules/knowledge/operations/open-index.js';
import { systemClock } from '../../../src/kernel/clock.js';
import { openWorkspace } from '../../../src/workspace/open-workspace.js';
import { environment, placeWithProject } from '../../passes/pass-workspace.js';
import { makeWorkspace } from '../../support/make-workspace.js';
import { makeTinyOnnx } from '../../support/make-tiny-onnx.js';
import { passIn, SECRET_MISSION, twoProjects } from '../../support/two-projects.js';
import { document, nocturne } from '../../surfaces/mcp/mcp-place.js';

t.setTimeout(240_000);
t.afterEach(() => releaseIndexes());

type Hits = {
  readonly hits: readonly {
    readonly path: string;
    readonly line: number;
    readonly snippet: string;
  }[];
};

t.test('on the command line: index, search, edit, search', (t) => {
  const made = makeWorkspace(t.testdir());
  const place = {
    ...made,
    workspace: openWorkspace(made.root, { home: made.home, clock: systemClock }),
  };
  const early = nocturne(place, ['knowledge', 'search', 'guard']);
  t.same(
    [early.exit, early.stderr.includes('nocturne knowledge index')],
    [2, true],
    'without an index it says how to make one',
  );
  const indexed = nocturne(place, ['knowledge', 'index']);
  t.equal(indexed.exit, 0, indexed.stderr);
  t.match(
    indexed.stdout,
    /\d+ files, \d+ passages; \d+ files indexed.*\nSearch is by words, and vectors learned from this workspace\.\n.*nocturne knowledge model fetch/,
  );
  const found = document(place, [
    'knowledge',
    'search',
    'which',
    'program',
    'does',
    'a',
    'runner',
    'start',
  ]) as Hits & { embedder: string };
  t.equal(found.embedder, 'latent');
  t.ok(
    found.hits.some((hit) => hit.path === 'orchestration-os/rules-reference/runner-program.md'),
    JSON.stringify(found.hits.map((hit) => hit.path)),
  );
  writeFileSync(join(place.root, 'MEMORY.md'), '# Memory\n\nThe aardvark sleeps by day.\n');
  t.same(
    (document(place, ['knowledge', 'search', 'aardvark', '--no-refresh']) as Hits).hits.filter(
      (hit) => hit.path === 'MEMORY.md',
    ),
    [],
    'not refreshed',
  );
  t.match((document(place, ['knowledge', 'search', 'aardvark']) as Hits).hits[0], {
    path: 'MEMORY.md',
    line: 3,
    snippet: /aardvark sleeps/,
  });
  t.match(
    nocturne(place, ['knowledge', 'search', 'aardvark', '--explain']).stdout,
    /words: rank 1, score .* adds/,
  );
  rmSync(join(place.root, 'MEMORY.md'));
  t.same(
    (document(place, ['knowledge', 'search', 'aardvark']) as Hits).hits.filter(
      (hit) => hit.path === 'MEMORY.md',
    ),
    [],
  );
  t.match(document(place, ['knowledge', 'stats']), {
    waitingFiles: 0,
    goneFiles: 0,
    embedder: 'latent',
    dimensions: Number,
  });
  t.match(
    nocturne(place, ['knowledge', 'index', '--embedder', 'transformers']).stderr,
    /NOT_FOUND: the model .* is not in .*\n.*knowledge model fetch/,
  );
  const measured = document(place, ['knowledge', 'bench']) as {
    questions: number;
    found: number;
    recall: number;
  };
  t.ok(
    measured.questions > 40 && measured.found > 0.9 && measured.recall > 0.9,
    JSON.stringify(measured),
  );
  t.match(document(place, ['knowledge', 'search', 'guard', '--embedder', 'none']), {
    ok: true,
    embedder: 'none',
  });
  for (const words of [
    ['knowledge', 'search', 'path:x'],
    ['knowledge', 'related', 'nothing.md'],
    ['knowledge', 'search', 'x', '-n', '0'],
  ])
    t.equal(nocturne(place, words).exit, 2, words.join(' '));
  t.end();
});

t.test('a pass with the capability project is shown nothing of other projects', async (t) => {
  const place = twoProjects(t.testdir());
  const data = await passIn(place);
  const owner: Caller = { workspace: place.workspace, env: {}, progress: () => undefined };
  const agent: Caller = { ...owner, scope: readScope(data) };
  await answerIndex(owner, { embedder: 'none' });
  const pathsOf = async (caller: Caller, query: string): Promise<readonly string[]> =>
    ((await answerSearch(caller, { query, embedder: 'none' })).data as Hits).hits.map(
      (hit) => hit.path,
    );
  for (const [query, file] of [
    [SECRET_MISSION, 'PROJECTS/harbour/LONGRUNNER.md'],
    ['forty crates', 'PROJECTS/harbour/outputs/offer.md'],
    ['offer has forty crates', 'memory/2026-11-20.md'],
  ] as const) {
    t.ok((await pathsOf(owner, query)).includes(file), `the owner finds ${file}`);
    const answer = await answerSearch(agent, { query, embedder: 'none' });
    t.notMatch(JSON.stringify(answer.data), /harbour|crates/i, `${query}: ${answer.text}`);
  }
  t.ok(
    (await pathsOf(agent, 'first path:PROJECTS/')).includes('PROJECTS/pages/outputs/first.md'),
    'its own it finds',
  );
  await t.rejects(answerRelated(agent, { path: 'PROJECTS/harbour/outputs/offer.md' }), {
    code: 'NOT_FOUND',
  });
  t.notMatch(
    JSON.stringify(
      (await answerRelated(agent, { path: 'PROJECTS/pages/outputs/first.md', limit: 50 })).data,
    ),
    /harbour/,
  );
});

t.test(
  'what the end of a pass does: it keeps an index up that is there, and makes none',
  async (t) => {
    const place = placeWithProject(t.testdir(), '');
    const context = {
      workspace: place.workspace,
      get snapshot() {
        return place.workspace.snapshot();
      },
      runId: '',
      signal: new AbortController().signal,
      say: () => undefined,
    };
    await module.onChange([], context);
    t.notOk(existsSync(indexPath(place.root)));
    const caller: Caller = { workspace: place.workspace, env: {}, progress: () => undefined };
    await answerIndex(caller, { embedder: 'latent' });
    await releaseIndexes();
    writeFileSync(join(place.root, 'MEMORY.md'), '# Memory\n\nThe aardvark sleeps by day.\n');
    t.equal(
      await module.onChange([{ path: 'MEMORY.md', kind: 'changed' }], context),
      undefined,
      'nothing is committed',
    );
    t.same(
      ((await answerSearch(caller, { query: 'aardvark', refresh: false })).data as Hits).hits
        .map((hit) => hit.path)
        .slice(0, 1),
      ['MEMORY.md'],
    );
  },
);

t.test('a brief quotes what is near to its objective, as data with its source', async (t) => {
  const place = twoProjects(t.testdir(), {
    files: {
      'docs/first-page.md':
        '# The first page\n\nWrite the first page: name every entry with its source.\n',
      'PROJECTS/harbour/outputs/first.md': '# First page\n\nWrite the first page of the harbour.\n',
    },
  });
  const ask = async (): Promise<readonly Fragment[]> =>
    (await module.fragments?.({
      workspace: place.workspace,
      snapshot: place.workspace.snapshot(),
      project: 'pages',
      writes: [],
      capability: 'project',
      runId: '',
      signal: new AbortController().signal,
      say: () => undefined,
    })) ?? [];
  t.same(await ask(), [], 'without an index there is nothing to quote');
  await answerIndex(
    { workspace: place.workspace, env: {}, progress: () => undefined },
    { embedder: 'none' },
  );
  const told = await ask();
  t.match(told[0]?.source, /^docs\/first-page\.md:\d$/);
  t.match(told[0]?.text, /name every entry/);
  for (const one of told) t.match(one, { trust: 'data', sha256: /^[0-9a-f]{64}$/ });
  t.notMatch(JSON.stringify(told), /harbour/);
  t.ok(told.reduce((sum, one) => sum + one.text.length, 0) <= 3000);
  await releaseIndexes();
  const begun = await beginPass(
    { ...environment(place), modules: [module] },
    { role: 'worker', project: 'pages' },
  );
  const sources = begun.kind === 'brief' ? begun.data.sources : undefined;
  t.ok(
    sources?.some((source) => source.startsWith('docs/first-page.md:')),
    'and a pass has it in its prompt',
  );
});

t.test(
  'an installed model is used automatically, and vectors of another are visibly computed again',
  (t) => {
    const made = makeWorkspace(t.testdir());
    const place = {
      ...made,
      workspace: openWorkspace(made.root, { home: made.home, clock: systemClock }),
    };
    nocturne(place, ['knowledge', 'index']);
    makeTinyOnnx(modelDirectory(made.home));
    const between = nocturne(place, ['knowledge', 'search', 'hard lines', '--json']);
    t.match(
      JSON.parse(between.stdout),
      {
        embedder: 'latent',
        better: /has no vectors of .*; nocturne knowledge index computes them/,
      },
      'until then by what it was made with',
    );
    const indexed = nocturne(place, ['knowledge', 'index']);
    t.match(
      indexed.stderr,
      /Vectors of the model latent\S* were computed again with Xenova\/all-MiniLM-L6-v2/,
    );
    t.match(indexed.stdout, /Search is by words and the sentence model Xenova\/all-MiniLM-L6-v2/);
    const found = document(place, ['knowledge', 'search', 'hard', 'lines', '--explain']) as {
      embedder: string;
      hits: { why: { channel: string; weight: number }[] }[];
    };
    t.equal(found.embedder, 'transformers');
    t.ok(
      found.hits.some((hit) =>
        hit.why.some((one) => one.channel === 'meaning' && one.weight === 1),
      ),
    );
    t.match(nocturne(place, ['knowledge', 'index']).stdout, / 0 passages embedded/);
    writeFileSync(join(modelDirectory(made.home), 'tokenizer.json'), '{');
    const broken = nocturne(place, ['knowledge', 'search', 'hard', 'lines']);
    t.equal(broken.exit, 0, broken.stderr);
    t.match(broken.stdout, /Searched by words/);
    t.end();
  },
);
