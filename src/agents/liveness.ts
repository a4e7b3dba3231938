/** Decides from observed times whether a run is alive, and when that could change. */

/** The default limit, unless a tool or the owner's budget declares another. */
export const CEILING_MS = 30 * 60_000;
/** The absolute limit. */
export const CEILING_CAP_MS = 2 * 60 * 60_000;
/** A tool call must be followed by a heartbeat within this time, unless it declared longer. */
export const CLAIM_MS = 60_000;

/** A running tool call. `declaredMs`: how long the agent said it may take. */
export type Claim = { readonly tool: string; readonly since: number; readonly declaredMs?: number };

/** Milliseconds of one clock. A time that is not finite counts as not observed. */
export type Signs = {
  readonly now: number;
  readonly startedAt: number;
  /** Last output, heartbeat or answer; one from before `startedAt` belongs to another run. */
  readonly lastBeatAt: number | undefined;
  readonly claim?: Claim;
  /** Default {@link CEILING_MS}; a declared tool can extend it to {@link CEILING_CAP_MS}. */
  readonly ceilingMs?: number;
  /** The owner's limit for the whole run, which no agent can extend. */
  readonly budgetMs?: number;
  /** Longest silence; without it, silence alone never ends a run. */
  readonly idleMs?: number;
  /** What it printed that it had printed before, since its last new line or difference. */
  readonly repeats?: Repeats;
};
/** `lines`: how many. `limitMs`: how long they may go on. */
export type Repeats = {
  readonly since: number;
  readonly lines: number;
  readonly limitMs: number;
};

/** Fewer repeated lines prove nothing: a program that prints little may compute. */
export const FEWEST_REPEATS = 20;

export type KillReason = 'ceiling' | 'claim' | 'idle' | 'repeats';
export type Liveness =
  | 'ok'
  | { readonly kill: KillReason; readonly ageMs: number; readonly limitMs: number };

/** The ceiling is reported before the claim, the claim before idleness. */
export function liveness(signs: Signs): Liveness {
  const passed = limits(signs).find((limit) => signs.now - limit.from >= limit.limitMs);
  return passed === undefined
    ? 'ok'
    : { kill: passed.kill, ageMs: signs.now - passed.from, limitMs: passed.limitMs };
}

/** Until {@link liveness} would end the run if nothing more were heard. */
export function timeLeft(signs: Signs): number {
  return Math.max(
    0,
    Math.min(...limits(signs).map((limit) => limit.from + limit.limitMs - signs.now)),
  );
}

type Limit = { readonly kill: KillReason; readonly from: number; readonly limitMs: number };

function limits(signs: Signs): readonly Limit[] {
  const { now, startedAt } = signs;
  const claim = validClaim(signs);
  const declaredMs = Math.min(claim?.declaredMs ?? 0, CEILING_CAP_MS);
  const beat =
    observed(signs.lastBeatAt) && signs.lastBeatAt >= startedAt
      ? Math.min(signs.lastBeatAt, now)
      : undefined;
  const found: Limit[] = [
    { kill: 'ceiling', from: startedAt, limitMs: ceiling(signs, claim, declaredMs) },
  ];
  if (claim !== undefined && (beat === undefined || beat <= claim.since))
    found.push({ kill: 'claim', from: claim.since, limitMs: Math.max(CLAIM_MS, declaredMs) });
  const declaredUntil = claim === undefined ? 0 : claim.since + declaredMs;
  const { repeats } = signs;
  if (repeats !== undefined && repeats.lines >= FEWEST_REPEATS) {
    const from = Math.max(startedAt, repeats.since);
    const limitMs = Math.max(repeats.limitMs, declaredUntil - from);
    found.push({ kill: 'repeats', from, limitMs });
  }
  if (signs.idleMs !== undefined) {
    const from = beat ?? startedAt;
    found.push({ kill: 'idle', from, limitMs: Math.max(signs.idleMs, declaredUntil - from) });
  }
  return found;
}

function ceiling(signs: Signs, claim: Claim | undefined, declaredMs: number): number {
  if (signs.budgetMs !== undefined) return Math.min(signs.budgetMs, CEILING_CAP_MS);
  const ceilingMs = signs.ceilingMs ?? CEILING_MS;
  const declaredEnd =
    claim !== undefined && declaredMs > ceilingMs ? claim.since - signs.startedAt + declaredMs : 0;
  return Math.min(CEILING_CAP_MS, Math.max(ceilingMs, declaredEnd));
}

/** Ignores a claim without a readable time; one from the future begins now. */
function validClaim({ claim, now }: Signs): Claim | undefined {
  if (claim === undefined || !observed(claim.since)) return undefined;
  const since = Math.min(claim.since, now);
  return observed(claim.declaredMs) && claim.declaredMs > 0
    ? { tool: claim.tool, since, declaredMs: claim.declaredMs }
    : { tool: claim.tool, since };
}

function observed(time: number | undefined): time is number {
  return time !== undefined && Number.isFinite(time);
}
