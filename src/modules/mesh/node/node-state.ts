/** How another node is, from when it was last heard by this node's clock. */

/** Three announcements. */
const STALE_MS = 30_000;
const OFFLINE_MS = 120_000;

/**
 * `STALE`: it missed announcements. `OFFLINE`: for long, or it said that it leaves. `UNKNOWN`: it
 * was never heard, or this node is not connected and cannot know.
 */
export type NodeState = 'LIVE' | 'STALE' | 'OFFLINE' | 'UNKNOWN';

/** @param ageMs since it was last heard; nothing: never. */
export function nodeState(heard: {
  readonly ageMs: number | undefined;
  readonly leaves: boolean;
  readonly isConnected: boolean;
}): NodeState {
  const { ageMs, leaves, isConnected } = heard;
  if (ageMs === undefined) return 'UNKNOWN';
  if (leaves) return 'OFFLINE';
  if (!isConnected) return 'UNKNOWN';
  if (ageMs < STALE_MS) return 'LIVE';
  return ageMs < OFFLINE_MS ? 'STALE' : 'OFFLINE';
}

/** The tags that count: the lead has granted them, and the node says that it has them now. */
export function tagsThatCount(
  granted: readonly string[],
  claimed: readonly string[],
): readonly string[] {
  return claimed.filter((tag) => granted.includes(tag));
}
