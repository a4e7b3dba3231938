/**
 * Reciprocal rank fusion (Cormack, Clarke, Büttcher 2009): combines rankings whose scores cannot be
 * added.
 */

/** Best first. */
export type Ranked = { readonly id: number; readonly score: number };

export type ChannelName = 'words' | 'names' | 'meaning';
export type Channel = {
  readonly name: ChannelName;
  readonly weight: number;
  readonly ranked: readonly Ranked[];
};
/** The rank (from 1) and score of a passage in one ranking, and what they add to the total. */
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

/** The usual value is 60; this one was measured. */
export const K = 5;

/** @param k the smaller, the more the first ranks count. */
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
