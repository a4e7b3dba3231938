/** The embedder of the latent model, which is learned from the workspace. */
import { setImmediate as turn } from 'node:timers/promises';
import type { Embedder } from '../embedders/embedder.js';
import { latentVector, type LatentModel } from './latent-model.js';

/** Texts between two checks of the signal, a few milliseconds of work. */
const BATCH = 64;

export function latentEmbedder(model: LatentModel): Embedder {
  return {
    kind: 'latent',
    model: model.id,
    dimensions: model.dimensions,
    async embed(texts, { signal, onProgress } = {}) {
      const vectors: Float32Array[] = [];
      for (let from = 0; from < texts.length; from += BATCH) {
        signal?.throwIfAborted();
        for (const text of texts.slice(from, from + BATCH)) vectors.push(latentVector(model, text));
        onProgress?.(vectors.length);
        if (vectors.length < texts.length) await turn();
      }
      return vectors;
    },
    close: async () => undefined,
  };
}
