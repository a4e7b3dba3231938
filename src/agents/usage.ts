/** Sums of what a run used. */
import type { Usage } from './types.js';

export const NO_USAGE: Usage = { tokensIn: undefined, tokensOut: undefined, cost: undefined };

/** What is unknown on both sides stays unknown. */
export function addUsage(a: Usage, b: Usage): Usage {
  return {
    tokensIn: add(a.tokensIn, b.tokensIn),
    tokensOut: add(a.tokensOut, b.tokensOut),
    cost: add(a.cost, b.cost),
  };
}

function add(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined ? b : a + (b ?? 0);
}
