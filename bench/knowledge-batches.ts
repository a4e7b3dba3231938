/** The first index of a corpus of 250 files in batches against one text after the other, through the same embedder. */
import { join } from 'node:path';
import type { Embedder } from '../src/modules/knowledge/embedder.js';
import { latentEmbedder } from '../src/modules/knowledge/latent-embedder.js';
import { learn } from '../src/modules/knowledge/latent-learning.js';
import { makeOpenaiEmbedder } from '../src/modules/knowledge/openai-embedder.js';
import { makeTransformersEmbedder } from '../src/modules/knowledge/transformers-embedder.js';
import { makeTinyOnnx } from '../test/support/make-tiny-onnx.js';
import { scriptedEmbeddings } from '../test/support/scripted-embeddings.js';
import { makeCorpus, textOf } from './knowledge-corpus.js';

const DIMENSIONS = 96;
const VOCABULARY = 6000;

/** @param model a directory with a real sentence model, measured as well. */
export async function knowledgeBatches(directory: string, model?: string): Promise<string> {
  const texts = makeCorpus(250).chunks.map(textOf);
  const tiny = join(directory, 'tiny');
  makeTinyOnnx(tiny, { dimensions: DIMENSIONS, synonyms: commonWords(texts).map((word) => [word]) });
  const server = await scriptedEmbeddings([{ dimensions: DIMENSIONS }]);
  const learnt = learn(texts);
  const embedders: readonly (readonly [string, Embedder])[] = [
    ['transformers, a made-up tiny model (it runs; its quality says nothing)', await makeTransformersEmbedder({ modelPath: tiny, model: 'tiny' })],
    ...(model === undefined ? [] : [['transformers', await makeTransformersEmbedder({ modelPath: model, model })] as const]),
    ['openai, an endpoint on loopback that answers at once', await makeOpenaiEmbedder({ endpoint: server.endpoint, model: 'scripted', apiKey: '' })],
    ...(learnt === undefined ? [] : [['latent', latentEmbedder(learnt)] as const]),
  ];
  const lines = ['| embedder | chunks | one by one | in batches | ratio | resident |', '|---|---|---|---|---|---|'];
  for (const [name, embedder] of embedders) {
    const { single, together } = await both(embedder, texts);
    lines.push(`| ${name} | ${texts.length} | ${(single / 1000).toFixed(2)} s | ${(together / 1000).toFixed(2)} s | ${(single / together).toFixed(1)}x | ${Math.round(process.memoryUsage().rss / 1e6)} MB |`);
    await embedder.close();
  }
  await server.close();
  return lines.join('\n');
}

/** By the clock, in milliseconds, after a warm-up. */
async function both(embedder: Embedder, texts: readonly string[]): Promise<{ readonly single: number; readonly together: number }> {
  await embedder.embed(texts.slice(0, 200));
  const start = performance.now();
  for (const text of texts) await embedder.embed([text]);
  const middle = performance.now();
  await embedder.embed(texts);
  return { single: middle - start, together: performance.now() - middle };
}

/** So that the tokenizer has about the work that it has with a real vocabulary. */
function commonWords(texts: readonly string[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const text of texts) for (const [word] of text.toLowerCase().matchAll(/[a-z]{2,}/g)) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).slice(0, VOCABULARY).map(([word]) => word);
}
