import t, { type Test } from 'tap';
import type { Wait } from '../../../src/agents/retry.js';
import { NocturneError } from '../../../src/kernel/error.js';
import { dot, normalise } from '../../../src/modules/knowledge/embedders/embedder.js';
import {
  makeOpenaiEmbedder,
  type OpenaiOptions,
} from '../../../src/modules/knowledge/embedders/openai-embedder.js';
import {
  type EmbeddingReply,
  scriptedEmbeddings,
  scriptedVector,
  type ScriptedEmbeddings,
} from '../../support/scripted-embeddings.js';

async function place(
  t: Test,
  script: readonly EmbeddingReply[],
): Promise<{
  readonly server: ScriptedEmbeddings;
  readonly waits: readonly number[];
  readonly options: OpenaiOptions;
}> {
  const server = await scriptedEmbeddings(script);
  t.teardown(() => server.close());
  const waits: number[] = [];
  const wait: Wait = async (ms) => void waits.push(ms);
  return {
    server,
    waits,
    options: {
      endpoint: server.endpoint,
      model: 'embed-small',
      apiKey: 'sk-secret',
      wait,
      random: () => 0,
    },
  };
}

const failed = async (work: Promise<unknown>): Promise<NocturneError> => {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof NocturneError) return error;
  throw new Error(`no NocturneError but ${String(error)}`);
};

t.test('vectors come back scaled, in the order of the texts, in batches', async (t) => {
  const { server, options } = await place(t, [
    { dimensions: 6 },
    { dimensions: 6, backwards: true },
  ]);
  const embedder = await makeOpenaiEmbedder(options);
  t.same([embedder.kind, embedder.dimensions], ['openai', 6]);
  t.match(embedder.model, /^embed-small@127\.0\.0\.1:\d+\/v1-6$/);
  const texts = Array.from({ length: 150 }, (_, i) => (i === 70 ? '  ' : `text ${i}`));
  const done: number[] = [];
  const vectors = await embedder.embed(texts, { onProgress: (count) => done.push(count) });
  for (const [i, text] of texts.entries()) {
    const expected =
      i === 70 ? new Float32Array(6) : normalise(Float32Array.from(scriptedVector(text, 6)));
    t.same(vectors[i], expected, `text ${i}`);
  }
  t.ok(
    Math.abs(dot(vectors[0] ?? new Float32Array(6), vectors[0] ?? new Float32Array(6)) - 1) < 1e-5,
  );
  t.same(
    server.requests.map(({ body }) => body.input.length),
    [1, 64, 63, 22],
    'an empty text is not sent',
  );
  t.same(done, [64, 128, 150]);
  t.equal(server.requests[0]?.path, '/v1/embeddings');
  t.equal(server.requests[0]?.headers.authorization, 'Bearer sk-secret');
  t.equal(server.requests[0]?.body.dimensions, undefined);
  await embedder.embed(Array.from({ length: 20 }, () => 'x'.repeat(100_000)));
  t.same(
    server.requests.slice(4).map(({ body }) => body.input.map((text) => text.length)),
    [8, 8, 4].map((count) => Array.from({ length: count }, () => 24_000)),
    'long texts are cut, and a request stays small',
  );
  t.same(await embedder.embed([]), []);
  await embedder.close();
});

t.test(
  'what may pass is tried again, what does not is said at once and without the key',
  async (t) => {
    const { server, waits, options } = await place(t, [
      { status: 429, headers: { 'retry-after': '3' } },
      { status: 503 },
      { hangUp: true },
      { dimensions: 4 },
    ]);
    t.equal((await makeOpenaiEmbedder(options)).dimensions, 4);
    t.equal(server.requests.length, 4);
    t.same(waits, [3000, 1000, 2000]);
    const cases: readonly (readonly [EmbeddingReply, RegExp, RegExp, number])[] = [
      [
        { status: 401, body: { error: { message: 'no such key sk-secret' } } },
        /answered 401: .*no such key \[key\]$/,
        /set the environment variable/,
        1,
      ],
      [{ status: 404 }, /answered 404/, /name of the model/, 1],
      [{ status: 400 }, /answered 400/, /another embedder/, 1],
      [{ status: 500 }, /answered 500.* \(5 attempts\)$/, /try again/, 5],
      [
        { status: 200, body: { data: [] } },
        /returned 0 vectors for 1 texts/,
        /another embedder/,
        1,
      ],
      [{ status: 200, body: { nothing: true } }, /no list of vectors/, /another embedder/, 1],
      [
        { status: 200, body: { data: [{ index: 0, embedding: ['a'] }] } },
        /not a vector of numbers/,
        /another embedder/,
        1,
      ],
      [
        { status: 200, body: { data: [{ index: 5, embedding: [1] }] } },
        /returned wrong indices/,
        /another embedder/,
        1,
      ],
    ];
    for (const [reply, message, hint, requests] of cases) {
      const at = await place(t, [reply]);
      const error = await failed(makeOpenaiEmbedder(at.options));
      t.equal(error.code, 'RUN_FAILED');
      t.match(error.message, message);
      t.match(error.hint, hint);
      t.equal(at.server.requests.length, requests, JSON.stringify(reply));
      t.notMatch(`${error.message} ${error.hint}`, /sk-secret/);
    }
  },
);

t.test('dimensions are asked for, checked, and may not change', async (t) => {
  const asking = await place(t, [{ dimensions: 8 }]);
  t.equal((await makeOpenaiEmbedder({ ...asking.options, dimensions: 8 })).dimensions, 8);
  t.equal(asking.server.requests[0]?.body.dimensions, 8);
  t.match(await failed(makeOpenaiEmbedder({ ...asking.options, dimensions: 16 })), {
    code: 'RUN_FAILED',
    message: /returns 8 dimensions, expected 16/,
  });
  const changing = await place(t, [{ dimensions: 8 }, { dimensions: 9 }]);
  t.match(await failed((await makeOpenaiEmbedder(changing.options)).embed(['a'])), {
    code: 'RUN_FAILED',
    message: /returned 9 dimensions, but 8 before/,
  });
});

t.test('it is cancelled while the endpoint is silent, half way, and while waiting', async (t) => {
  for (const hang of ['silent', 'half-way'] as const) {
    const { server, options } = await place(t, [{ dimensions: 4 }, { hang }]);
    const embedder = await makeOpenaiEmbedder(options);
    const stop = new AbortController();
    const work = embedder.embed(['a'], { signal: stop.signal });
    const timer = setInterval(
      () => server.requests.length === 2 && stop.abort(new Error('enough')),
      1,
    );
    await t.rejects(work, { message: 'enough' }, hang);
    clearInterval(timer);
    await server.abandoned;
  }
  const { options } = await place(t, [{ status: 503 }]);
  const stop = new AbortController();
  const wait: Wait = (_, signal) =>
    new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error));
      stop.abort(new Error('while waiting'));
    });
  await t.rejects(makeOpenaiEmbedder({ ...options, wait, signal: stop.signal }), {
    message: 'while waiting',
  });
});
