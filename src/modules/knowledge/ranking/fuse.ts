/**
 * Several rankings made one, by reciprocal ranks (Cormack, Clarke, Büttcher 2009): scores of
 * different kinds cannot be added, places can.
 */

/** Best first. */
export type Ranked = { readonly id: number; readonly score: number };

export type ChannelName = 'words' | 'names' | 'meaning';
export type Channel = {
  readonly name: ChannelName;
  readonly weight: number;
  readonly ranked: readonly Ranked[];
};
/** What one ranking said of a passage: its place from 1, its own score, and what that is worth. */
export type Share = {
  readonly channel: ChannelName;
  readonly rank: number;
  readonly score: number;
  readonly weight: number;
  readonly contribution: number;
};
export type Fused = {
  readonly id: number;
  readonly score: number;
  readonly shares: readonly Share[];
};

/** Smaller than the usual 60: measured, see docs/DECISIONS.md. */
export const K = 5;

/** @param k how much the first places stand out: the smaller, the more. */
export function fuse(channels: readonly Channel[], k: number = K): readonly Fused[] {
  const shares = new Map<number, Share[]>();
  for (const { name, weight, ranked } of channels) {
    for (const [i, { id, score }] of ranked.entries()) {
      const share = {
        channel: name,
        rank: i + 1,
        score,
        weight,
        contribution: weight / (k + i + 1),
      };
      const existing = shares.get(id);
      if (existing === undefined) shares.set(id, [share]);
      else existing.push(share);
    }
  }
  const fused = [...shares].map(([id, its]) => ({
    id,
    shares: its,
    score: its.reduce((sum, share) => sum + share.contribution, 0),
  }));
  return fused.sort((a, b) => b.score - a.score || a.id - b.id);
}
