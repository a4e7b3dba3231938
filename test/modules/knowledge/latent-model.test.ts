import { join } from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import { NocturneError } from '../../../src/kernel/error.js';
import { openKnowledge } from '../../../src/modules/knowledge/store/database.js';
import { dot } from '../../../src/modules/knowledge/embedders/embedder.js';
import { latentEmbedder } from '../../../src/modules/knowledge/latent/latent-embedder.js';
import { learn } from '../../../src/modules/knowledge/latent/latent-learning.js';
import {
  latentVector,
  type LatentModel,
} from '../../../src/modules/knowledge/latent/latent-model.js';
import { loadLatent, saveLatent } from '../../../src/modules/knowledge/latent/saved-latent.js';
import { learnLatent } from '../../../src/modules/knowledge/latent/learn-latent.js';
import { termsOf } from '../../../src/modules/knowledge/latent/terms.js';

/** Sentences about many things: two names of one thing never meet but keep the same company. */
function world(sentences: number): readonly string[] {
  const things: readonly (readonly [readonly string[], readonly string[]])[] = [
    [
      ['physician', 'doctor'],
      ['hospital', 'patient', 'nurse', 'illness', 'medicine', 'treats', 'clinic', 'ward'],
    ],
    [
      ['automobile', 'car'],
      ['wheel', 'engine', 'road', 'driver', 'garage', 'petrol', 'parks', 'tyre'],
    ],
    [
      ['猫咪', '喵星'],
      ['小鱼', '老鼠', '睡觉', '尾巴', '爪子', '毛皮', '牛奶', '沙发'],
    ],
    ...Array.from(
      { length: 45 },
      (_, i) =>
        [[`thing${i}`, `name${i}`], Array.from({ length: 8 }, (_, j) => `word${i}x${j}`)] as const,
    ),
  ];
  let state = 7;
  const pick = <T>(of: readonly T[]): T => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return of[(state >>> 16) % of.length] as T;
  };
  return Array.from({ length: sentences }, () => {
    const [names, company] = pick(things);
    return `${pick(company)} ${pick(company)} ${pick(names)} ${pick(company)} ${pick(company)} ${pick(company)}`;
  });
}

const known = (model: LatentModel | undefined): LatentModel => {
  if (model === undefined) throw new Error('nothing was learned');
  return model;
};

t.test('terms', async (t) => {
  const cases: readonly (readonly [string, readonly string[]])[] = [
    ['Files and filing', ['file', 'and', 'file']],
    ['readFile', ['read', 'file', 'readfil']],
    ['node-cron v4.6', ['node', 'cron', 'v4']],
    ['ﬁle', ['file']],
    ['知识库', ['知识', '识库']],
    ['字', []],
    ['', []],
    ['--- ☃ ---', []],
    ['x'.repeat(41), []],
  ];
  for (const [text, terms] of cases)
    t.same(termsOf(text), terms, JSON.stringify(text.slice(0, 20)));
  t.equal(termsOf('word '.repeat(10_000)).length, 4000, 'a long text is bounded');
  t.equal(termsOf('字'.repeat(100_000)).length <= 4000, true, 'also without blanks');
});

t.test('words that share company come near, others do not, in any script', async (t) => {
  const model = known(learn(world(3000)));
  const near = (a: string, b: string): number =>
    dot(latentVector(model, a), latentVector(model, b));
  for (const [a, b, other] of [
    ['physician', 'doctor', 'automobile'],
    ['car', 'automobile', 'doctor'],
    ['猫咪', '喵星人', 'car'],
    ['the doctor', 'a nurse', 'the road'],
    ['thing7', 'name7', 'name8'],
  ] as const) {
    t.ok(
      near(a, b) > near(a, other) + 0.3,
      `${a} is nearer to ${b} (${near(a, b).toFixed(2)}) than to ${other} (${near(a, other).toFixed(2)})`,
    );
  }
  t.ok(near('physician physicians', 'physician') > 0.999, 'stems');
  const unseen = 'a physician without petrol';
  t.ok(
    Math.abs(dot(latentVector(model, unseen), latentVector(model, unseen)) - 1) < 1e-5,
    'a text that it was not learned from has a vector',
  );
  for (const nothing of ['', 'xyzzy plugh', '☃'])
    t.ok(
      latentVector(model, nothing).every((value) => value === 0),
      `${JSON.stringify(nothing)} says nothing to it`,
    );
});

t.test('the same texts give the same model, others another, too few none', async (t) => {
  const [one, again, other] = [
    known(learn(world(1500))),
    known(learn(world(1500))),
    known(learn(world(1501))),
  ];
  t.equal(one.id, again.id);
  t.same(one.vectors, again.vectors);
  t.same([...one.rows], [...again.rows]);
  t.not(one.id, other.id);
  t.equal(one.dimensions % 24, 0);
  for (const texts of [
    [],
    world(10),
    Array.from({ length: 500 }, () => ''),
    Array.from({ length: 500 }, () => 'same words always here'),
  ])
    t.equal(learn(texts), undefined);
});

t.test('whatever it learns from, vectors are finite and of length 1 or 0', async (t) => {
  let learned = 0;
  fc.assert(
    fc.property(
      fc.array(
        fc.array(
          fc.oneof(
            { weight: 9, arbitrary: fc.nat(599).map((i) => `w${i}`) },
            { weight: 1, arbitrary: fc.constantFrom('a', '字句', '\ud800', '😀', 'the') },
          ),
          { minLength: 20, maxLength: 60, size: 'max' },
        ),
        { minLength: 20, maxLength: 120, size: 'max' },
      ),
      (documents) => {
        const texts = documents.map((words) => words.join(' '));
        const model = learn(texts);
        if (model === undefined) return true;
        learned += 1;
        return texts.every((text) => {
          const vector = latentVector(model, text);
          const length = dot(vector, vector);
          return vector.every(Number.isFinite) && (length === 0 || Math.abs(length - 1) < 1e-4);
        });
      },
    ),
    { numRuns: 40, seed: 1 },
  );
  t.ok(learned > 10, `${learned} of the cases are enough to learn from`);
});

t.test('learning ends where it is asked to', async (t) => {
  let steps = 0;
  t.throws(
    () =>
      learn(world(1500), () => {
        steps += 1;
        if (steps === 3) throw new Error('enough');
      }),
    { message: 'enough' },
  );
  await t.rejects(learnLatent(world(1500), { signal: AbortSignal.abort(new Error('before')) }), {
    message: 'before',
  });
  const stop = new AbortController();
  const learning = learnLatent(world(60_000), { signal: stop.signal });
  stop.abort(new Error('in the middle'));
  await t.rejects(learning, { message: 'in the middle' });
});

t.test(
  'it is learned in a thread of its own, kept in the index and read back the same',
  async (t) => {
    const texts = world(1200);
    const model = known(await learnLatent(texts));
    const here = known(learn(texts));
    t.same(
      [model.id, model.chunks, model.dimensions, model.vectors, model.weights, [...model.rows]],
      [here.id, here.chunks, here.dimensions, here.vectors, here.weights, [...here.rows]],
    );
    const db = openKnowledge(join(t.testdir({}), 'knowledge.db'));
    t.teardown(() => db.close());
    t.equal(loadLatent(db), undefined);
    saveLatent(db, known(learn(world(1000))));
    saveLatent(db, model);
    const loaded = known(loadLatent(db));
    t.same(
      [
        loaded.id,
        loaded.chunks,
        loaded.dimensions,
        loaded.vectors,
        loaded.weights,
        [...loaded.rows],
      ],
      [model.id, model.chunks, model.dimensions, model.vectors, model.weights, [...model.rows]],
    );
    t.same(latentVector(loaded, texts[7] ?? ''), latentVector(model, texts[7] ?? ''));
    db.prepare("UPDATE latent SET data = zeroblob(10) WHERE part = 'vectors'").run();
    t.throws(
      () => loadLatent(db),
      new NocturneError('STORAGE', 'the latent model in the knowledge index is incomplete', {
        hint: 'nocturne knowledge index --full learns it again',
      }),
    );
    saveLatent(db, undefined);
    t.equal(loadLatent(db), undefined);
  },
);

t.test('the embedder of a model', async (t) => {
  const model = known(learn(world(1200)));
  const embedder = latentEmbedder(model);
  t.same(
    [embedder.kind, embedder.model, embedder.dimensions],
    ['latent', model.id, model.dimensions],
  );
  const texts = world(1200);
  const done: number[] = [];
  t.same(
    await embedder.embed(texts, { onProgress: (count) => done.push(count) }),
    texts.map((text) => latentVector(model, text)),
  );
  t.equal(done.at(-1), 1200);
  const stop = new AbortController();
  await t.rejects(
    embedder.embed(texts, {
      signal: stop.signal,
      onProgress: () => stop.abort(new Error('enough')),
    }),
    { message: 'enough' },
  );
  await embedder.close();
});
