/** How much vectors count compared with words. */
import type { Embedder } from '../embedders/embedder.js';

export const MEANING_WEIGHT: Readonly<Record<Embedder['kind'], number>> = {
  transformers: 1,
  openai: 1,
  latent: 0.8,
  none: 0,
};
/** With this coverage by words, learned vectors only disturb (measured, docs/DECISIONS.md). */
const SURE = 0.5;

/** From 0 to 1. @param coverage as {@link import('./lexical.js').rankWords} says it. */
export function need(kind: Embedder['kind'], coverage: number): number {
  return kind === 'latent' ? Math.max(0, 1 - coverage / SURE) : 1;
}

export function weightOf(kind: Embedder['kind'], coverage: number): number {
  return MEANING_WEIGHT[kind] * need(kind, coverage);
}

/**
 * Whether passages with the words together come first. With a sentence model they do not: passages
 * that it finds in other words must not rank behind them.
 */
export function looksTogether(kind: Embedder['kind']): boolean {
  return kind === 'latent' || kind === 'none';
}
