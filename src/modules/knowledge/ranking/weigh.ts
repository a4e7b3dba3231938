/** How much the vectors count beside the words. */
import type { Embedder } from '../embedders/embedder.js';

/** Vectors of a real model as much as words, those learnt from the workspace less. */
export const MEANING_WEIGHT: Readonly<Record<Embedder['kind'], number>> = {
  transformers: 1,
  openai: 1,
  latent: 0.8,
  none: 0,
};
/**
 * Where the best passage has this part of what the question's words tell, learnt vectors have
 * nothing to add: they find more where words fail and only disturb where words hit (measured,
 * docs/DECISIONS.md).
 */
const SURE = 0.5;

/** From 0 to 1. @param coverage as {@link import('./lexical.js').rankWords} says it. */
export function need(kind: Embedder['kind'], coverage: number): number {
  return kind === 'latent' ? Math.max(0, 1 - coverage / SURE) : 1;
}

export function weightOf(kind: Embedder['kind'], coverage: number): number {
  return MEANING_WEIGHT[kind] * need(kind, coverage);
}

/**
 * Whether passages whose words stand together as in the question go first. With words alone and
 * with learnt vectors that was measured to help; what a sentence model
 * finds in other words must not stand back behind it.
 */
export function looksTogether(kind: Embedder['kind']): boolean {
  return kind === 'latent' || kind === 'none';
}
