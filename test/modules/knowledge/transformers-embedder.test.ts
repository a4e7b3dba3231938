import { execFileSync } from 'node:child_process';
import { existsSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import { NocturneError } from '../../../src/kernel/error.js';
import { dot } from '../../../src/modules/knowledge/embedders/embedder.js';
import { makeTransformersEmbedder } from '../../../src/modules/knowledge/embedders/transformers-embedder.js';
import { makeTinyOnnx } from '../../support/make-tiny-onnx.js';

const EMBEDDER = fileURLToPath(
  new URL('../../../src/modules/knowledge/embedders/transformers-embedder.js', import.meta.url),
);

t.setTimeout(120_000);

function tiny(test: Test, dimensions = 48): string {
  const directory = join(test.testdirName, 'models with a space', `tiny-${dimensions}`);
  if (!existsSync(test.testdirName)) test.testdir({});
  makeTinyOnnx(directory, { dimensions });
  return directory;
}

const code = async (work: Promise<unknown>): Promise<readonly [string, string]> => {
  try {
    await work;
    return ['none', ''];
  } catch (error) {
    return error instanceof NocturneError ? [error.code, error.message] : ['other', String(error)];
  }
};

t.test('a model of a local directory gives vectors of length 1, alone as in a batch', async (t) => {
  const embedder = await makeTransformersEmbedder({ modelPath: tiny(t), model: 'tiny' });
  t.teardown(() => embedder.close());
  t.equal(embedder.kind, 'transformers');
  t.equal(embedder.dimensions, 48);
  t.match(embedder.model, /^tiny@q8-[0-9a-f]{12}$/);
  const texts = [
    'Delete the file',
    `${'A long text about the garden. '.repeat(300)}`,
    'A cat sleeps in the garden',
    'Remove a document!',
    'x',
  ];
  const done: number[] = [];
  const together = await embedder.embed(texts, { onProgress: (count) => done.push(count) });
  t.equal(together.length, texts.length);
  for (const vector of together) t.ok(Math.abs(dot(vector, vector) - 1) < 1e-5, 'its length is 1');
  for (const [i, text] of texts.entries()) {
    const [alone] = await embedder.embed([text]);
    t.ok(
      alone !== undefined && together[i] !== undefined && dot(alone, together[i]) > 0.99999,
      `"${text.slice(0, 20)}" is the same alone`,
    );
  }
  t.equal(done.at(-1), texts.length, 'progress ends with all');
  const [file, , cat, document] = together;
  t.ok(
    file !== undefined &&
      cat !== undefined &&
      document !== undefined &&
      dot(file, document) > 0.7 &&
      dot(file, document) > dot(file, cat) + 0.3,
    'the same thing in other words is nearer than another thing',
  );
});

t.test('a text of nothing has no direction, and no texts have no vectors', async (t) => {
  const embedder = await makeTransformersEmbedder({ modelPath: tiny(t) });
  t.teardown(() => embedder.close());
  t.same(
    [...((await embedder.embed([' \n']))[0] ?? [])],
    Array.from({ length: 48 }, () => 0),
  );
  t.same(await embedder.embed([]), []);
});

t.test('two embedders work at once and do not mix', async (t) => {
  const [small, large] = await Promise.all([
    makeTransformersEmbedder({ modelPath: tiny(t) }),
    makeTransformersEmbedder({ modelPath: tiny(t, 96) }),
  ]);
  t.teardown(() => Promise.all([small.close(), large.close()]));
  t.not(small.model, large.model, 'another model has another id');
  const texts = Array.from({ length: 80 }, (_, i) => `file ${i} of the report`);
  const [a, b, again] = await Promise.all([
    small.embed(texts),
    large.embed(texts),
    small.embed([...texts].reverse()),
  ]);
  t.ok(a.every((vector) => vector.length === 48) && b.every((vector) => vector.length === 96));
  t.ok(
    a.every(
      (vector, i) => dot(vector, again[texts.length - 1 - i] ?? new Float32Array(48)) > 0.9999,
    ),
    'two requests at once get their own answers',
  );
});

t.test(
  'embedding is cancelled in the middle, the embedder stays usable, and the process stays awake',
  async (t) => {
    const embedder = await makeTransformersEmbedder({ modelPath: tiny(t) });
    t.teardown(() => embedder.close());
    const texts = Array.from({ length: 2000 }, (_, i) =>
      `the report of week ${i}: a file, a garden and a budget. `.repeat(10),
    );
    const stop = new AbortController();
    let turns = 0;
    const beat = setInterval(() => (turns += 1), 1);
    let done = 0;
    await t.rejects(
      embedder.embed(texts, {
        signal: stop.signal,
        onProgress: (count) => (done = count) >= 200 && stop.abort(new Error('enough')),
      }),
      { message: 'enough' },
    );
    clearInterval(beat);
    t.ok(done >= 200 && done < 2000, `${done} were done`);
    t.ok(turns > 3, `timers ran ${turns} times meanwhile`);
    t.equal((await embedder.embed(['file']))[0]?.length, 48);
    await t.rejects(embedder.embed(['file'], { signal: AbortSignal.abort(new Error('before')) }), {
      message: 'before',
    });
    await t.rejects(
      makeTransformersEmbedder({
        modelPath: tiny(t),
        signal: AbortSignal.abort(new Error('not at all')),
      }),
      { message: 'not at all' },
    );
  },
);

t.test('a model that is not there or broken is said', async (t) => {
  const place = t.testdir({});
  t.match(await code(makeTransformersEmbedder({ modelPath: join(place, 'none') })), [
    'NOT_FOUND',
    /all-MiniLM-L6-v2 is not in .*none/,
  ]);
  const broken = (name: string, how: (directory: string) => void): string => {
    const directory = join(place, name);
    makeTinyOnnx(directory);
    how(directory);
    return directory;
  };
  t.match(
    await code(
      makeTransformersEmbedder({
        modelPath: broken('a', (at) => rmSync(join(at, 'tokenizer.json'))),
      }),
    ),
    ['NOT_FOUND', /tokenizer\.json is missing/],
  );
  t.match(
    await code(
      makeTransformersEmbedder({
        modelPath: broken('b', (at) => rmSync(join(at, 'onnx'), { recursive: true })),
      }),
    ),
    ['NOT_FOUND', /no weights/],
  );
  t.match(
    await code(
      makeTransformersEmbedder({
        modelPath: broken('c', (at) => truncateSync(join(at, 'onnx/model_quantized.onnx'), 1000)),
      }),
    ),
    ['UNREADABLE', /cannot be loaded: /],
  );
  t.match(
    await code(
      makeTransformersEmbedder({
        modelPath: broken('d', (at) => writeFileSync(join(at, 'tokenizer.json'), '{')),
      }),
    ),
    ['UNREADABLE', /cannot be loaded: /],
  );
  t.match(
    await code(
      makeTransformersEmbedder({
        modelPath: broken('e', (at) => rmSync(join(at, 'onnx/model.onnx'))),
        dtype: 'fp32',
      }),
    ),
    ['NOT_FOUND', /onnx\/model\.onnx is missing/],
  );
  const whole = await makeTransformersEmbedder({
    modelPath: broken('f', (at) => rmSync(join(at, 'onnx/model_quantized.onnx'))),
  });
  t.match(whole.model, /@fp32-/, 'the other precision is used where it alone is there');
  await whole.close();
  t.match(await code(whole.embed(['file'])), ['RUN_FAILED', /was closed/]);
});

/** What a process of its own prints that runs the script after a preloaded one. */
function inProcess(
  test: Test,
  { preload, script }: { readonly preload: string; readonly script: string },
): string {
  const file = join(test.testdirName, 'script.mjs');
  writeFileSync(file, script);
  return execFileSync(process.execPath, ['--import', module(preload), file], {
    encoding: 'utf8',
    timeout: 60_000,
  });
}
const module = (text: string): string => `data:text/javascript,${encodeURIComponent(text)}`;

t.test('without the library it says what to install', async (t) => {
  const modelPath = tiny(t);
  const hook = `export const resolve = (name, context, next) => { if (name === '@huggingface/transformers') throw Object.assign(new Error("Cannot find package '@huggingface/transformers'"), { code: 'ERR_MODULE_NOT_FOUND' }); return next(name, context); };`;
  const said = inProcess(t, {
    preload: `import { register } from 'node:module'; register(${JSON.stringify(module(hook))});`,
    script: `import { makeTransformersEmbedder } from ${JSON.stringify(EMBEDDER)}; await makeTransformersEmbedder({ modelPath: ${JSON.stringify(modelPath)} }).catch((error) => console.log(error.code, error.message, error.hint));`,
  });
  t.match(
    said,
    /^MISSING_PART .*is not installed npm install --ignore-scripts @huggingface\/transformers/,
  );
});

t.test(
  'it never asks the network, and an embedder that nobody closes keeps no process alive',
  async (t) => {
    const modelPath = tiny(t);
    // Stands for the network: whatever asks for it fails, in the worker as well, which starts with
    // the same words.
    const said = inProcess(t, {
      preload: "globalThis.fetch = () => { throw new Error('the network was asked'); };",
      script: `import { makeTransformersEmbedder } from ${JSON.stringify(EMBEDDER)}; const embedder = await makeTransformersEmbedder({ modelPath: ${JSON.stringify(modelPath)} }); console.log((await embedder.embed(['file'])).length);`,
    });
    t.equal(said, '1\n');
  },
);

t.test(
  'where there is much to do, several threads share it, and each text keeps its vector',
  async (t) => {
    // Long enough for the pool to be worth its while on any machine: it opens after a second and a
    // half of work.
    const embedder = await makeTransformersEmbedder({ modelPath: tiny(t, 384) });
    t.teardown(() => embedder.close());
    const texts = Array.from({ length: 60 }, (_, i) =>
      `week ${i} of the report about the garden and the budget. `.repeat(60),
    );
    const [first] = [await embedder.embed(texts)];
    for (const until = performance.now() + 4000; performance.now() < until; )
      await embedder.embed(texts);
    const shared = await embedder.embed([...texts].reverse());
    t.ok(
      first.every(
        (vector, i) => dot(vector, shared[texts.length - 1 - i] ?? new Float32Array(384)) > 0.99999,
      ),
    );
    const stop = new AbortController();
    await t.rejects(
      embedder.embed(texts, {
        signal: stop.signal,
        onProgress: () => stop.abort(new Error('enough')),
      }),
      { message: 'enough' },
    );
    t.equal((await embedder.embed(['file']))[0]?.length, 384, 'it stays usable');
  },
);

t.test('it is closed for good also while a stopped run is still under way', async (t) => {
  const modelPath = tiny(t);
  const script = `import { makeTransformersEmbedder } from ${JSON.stringify(EMBEDDER)}; const embedder = await makeTransformersEmbedder({ modelPath: ${JSON.stringify(modelPath)} });
    const stop = new AbortController(); const asked = embedder.embed(Array.from({ length: 64 }, (_, i) => ('week ' + i + ' of the garden ').repeat(400)), { signal: stop.signal }); setTimeout(() => stop.abort(new Error('enough')), 1);
    await asked.catch((error) => console.log(error.message)); await embedder.close(); console.log('closed');`;
  t.equal(inProcess(t, { preload: '', script }), 'enough\nclosed\n');
});
