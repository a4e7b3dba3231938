/** Whether those who voted agree that nothing is left to do. */
import type { Vote } from './circle.js';

/** `most`: two thirds. A node that votes blocked is never outvoted. */
export type Agreement = 'all' | 'most';

const MOST = 0.66;

/**
 * @param votes of those whose answer could be read. @param quorum how many have to be there.
 */
export function agree(
  agreement: Agreement,
  votes: readonly Vote[],
  { quorum, most = MOST }: { readonly quorum: number; readonly most?: number },
): boolean {
  if (votes.length === 0 || votes.length < quorum || votes.includes('blocked')) return false;
  const converged = votes.filter((vote) => vote === 'converged').length;
  return agreement === 'all' ? converged === votes.length : converged / votes.length >= most;
}
