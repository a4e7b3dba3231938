/**
 * An embedder with a cost: about a millisecond for each text. The same text has the same vector.
 */
import { createHash } from 'node:crypto';
import { type Embedder, normalise } from '../../../src/modules/knowledge/embedders/embedder.js';

export function slowEmbedder(): Embedder {
  return {
    kind: 'transformers',
    model: 'slow',
    dimensions: 32,
    close: async () => undefined,
    embed: async (texts) =>
      texts.map((text) => {
        let digest = createHash('sha256').update(text).digest();
        for (const until = performance.now() + 1; performance.now() < until; )
          digest = createHash('sha256').update(digest).digest();
        const own = createHash('sha256').update(text).digest();
        return normalise(Float32Array.from(own, (byte) => byte - 127.5));
      }),
  };
}
