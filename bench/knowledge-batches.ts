/**
 * The first index of a corpus of 250 files, as many passages at once as each embedder likes,
 * against one passage after the other through the same embedder.
 */
import { join } from 'node:path';
import type { Embedder } from '../src/modules/knowledge/embedders/embedder.js';
import { latentEmbedder } from '../src/modules/knowledge/latent/latent-embedder.js';
import { learn } from '../src/modules/knowledge/latent/latent-learning.js';
import { makeOpenaiEmbedder } from '../src/modules/knowledge/embedders/openai-embedder.js';
import { makeTransformersEmbedder } from '../src/modules/knowledge/embedders/transformers-embedder.js';
import { makeTinyOnnx } from '../test/support/make-tiny-onnx.js';
import { scriptedEmbeddings } from '../test/support/scripted-embeddings.js';
import { makeCorpus, textOf } from './knowledge-corpus.js';
import { makeSentenceShape, SHAPE } from './make-sentence-shape.js';

const DIMENSIONS = 96;
const VOCABULARY = 6000;
/** Of a model that takes tens of milliseconds for each. */
const ONE_OF = 10;

/** @param model a directory with a real sentence model, measured as well. */
export async function knowledgeBatches(directory: string, model?: string): Promise<string> {
  const texts = makeCorpus(250).chunks.map(textOf);
  const words = commonWords(texts).map((word) => [word]);
  const made = (name: string, dimensions: number): string => {
    makeTinyOnnx(join(directory, name), { dimensions, synonyms: words });
    return join(directory, name);
  };
  const shape = made('shape', SHAPE.dimensions);
  makeSentenceShape(shape);
  const server = await scriptedEmbeddings([{ dimensions: DIMENSIONS }]);
  const learned = learn(texts);
  const some = texts.filter((_, i) => i % ONE_OF === 0);
  const open = (modelPath: string): Promise<Embedder> =>
    makeTransformersEmbedder({ modelPath, model: 'made' });
  const embedders: readonly (readonly [
    name: string,
    make: () => Promise<Embedder>,
    texts: readonly string[],
  ])[] = [
    [
      'openai, an endpoint on loopback that answers at once',
      () => makeOpenaiEmbedder({ endpoint: server.endpoint, model: 'scripted', apiKey: '' }),
      texts,
    ],
    [
      'transformers, the shape of all-MiniLM-L6-v2 (8 bits, random weights: its time is real, its vectors mean nothing)',
      () => open(shape),
      some,
    ],
    ['transformers, a tiny model of one table', () => open(made('tiny', DIMENSIONS)), texts],
    ...(model === undefined
      ? []
      : [
          [
            `transformers, ${model}`,
            () => makeTransformersEmbedder({ modelPath: model, model }),
            some,
          ] as const,
        ]),
    ...(learned === undefined
      ? []
      : [['latent', async () => latentEmbedder(learned), texts] as const]),
  ];
  const lines = [
    '| embedder | passages | one by one | all | ratio | resident |',
    '|---|---|---|---|---|---|',
  ];
  for (const [name, make, its] of embedders) {
    const embedder = await make();
    const { single, together } = await both(embedder, its);
    lines.push(
      `| ${name} | ${its.length} | ${(single / 1000).toFixed(2)} s | ${(together / 1000).toFixed(2)} s | ${(single / together).toFixed(1)}x | ${Math.round(process.memoryUsage().rss / 1e6)} MB |`,
    );
    await embedder.close();
  }
  await server.close();
  return lines.join('\n');
}

/** By the clock, in milliseconds, after a warm-up. */
async function both(
  embedder: Embedder,
  texts: readonly string[],
): Promise<{ readonly single: number; readonly together: number }> {
  for (let from = 0; from < 200; from += 100) await embedder.embed(texts.slice(from, from + 100));
  const start = performance.now();
  for (const text of texts) await embedder.embed([text]);
  const middle = performance.now();
  await embedder.embed(texts);
  return { single: middle - start, together: performance.now() - middle };
}

/** So that the tokenizer has about the work that it has with a real vocabulary. */
function commonWords(texts: readonly string[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const text of texts)
    for (const [word] of text.toLowerCase().matchAll(/[a-z]{2,}/g))
      counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts]
    .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
    .slice(0, VOCABULARY)
    .map(([word]) => word);
}
