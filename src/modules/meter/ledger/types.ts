/** Calls to models, and the accounts that they are paid from. */

/** Tokens, and money in billionths ("nanos") of the owner's currency: safe integers. */
export type Spend = { readonly tokens: number; readonly nanos: number };

export type Protocol = 'chat' | 'completion' | 'embedding' | 'response' | 'message';

/** Nanos of the owner's currency for a million tokens of each kind. */
export type Price = {
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
  /** The most tokens that the model can write, if the owner says so. */
  readonly maxOutput?: number;
};

/**
 * What the upstream says that it counted. `input` is without what was read from or put in a cache.
 */
export type Counted = {
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
};

export type CallRow = {
  readonly runId: string;
  readonly project: string;
  readonly runner: string;
  readonly model: string;
  readonly protocol: Protocol;
  /** What was changed in the request, such as a lowered output limit; empty if nothing. */
  readonly note: string;
};

export type LimitScope = 'pass' | 'project' | 'night' | 'month';

/** What one account may hold. Without `tokens` or `nanos` that unit is not limited. */
export type Limit = {
  readonly scope: LimitScope;
  /** Counts only this project's calls. Of a pass and a project this is always so. */
  readonly project?: string;
  /** Of a pass: its worker and its judges share it. Otherwise it is of that one account. */
  readonly isShared?: true;
  readonly tokens?: number;
  readonly nanos?: number;
  /** Used by passes whose calls are not in the ledger. */
  readonly elsewhere?: Spend;
};

export type Ask = {
  /** At most so many tokens are read. */
  readonly inputTokens: number;
  /** The output limit that the request has. `undefined`: none. */
  readonly maxOutput: number | undefined;
  /** The least output that is worth asking for. */
  readonly smallest: number;
  /** `undefined`: the owner has not stated a price. */
  readonly price: Price | undefined;
  /** Answers that one request asks for (`n`). Default: 1. */
  readonly choices?: number;
  /** Whether the request may write to a cache. Default: only in Anthropic's protocol. */
  readonly cacheWrites?: boolean;
};

export type Refusal =
  | {
      readonly scope: LimitScope;
      readonly project?: string;
      readonly unit: 'tokens' | 'nanos';
      readonly limit: number;
      readonly used: number;
      /** With the smallest output that is worth asking for. */
      readonly needed: number;
    }
  /** `until`: the owner's next day, unless the owner resumes before. */
  | { readonly scope: 'stopped'; readonly until: string }
  | { readonly scope: 'unpriced'; readonly model: string };

export type Reserved =
  | { readonly kind: 'reserved'; readonly id: string; readonly maxOutput: number }
  | ({ readonly kind: 'refused' } & Refusal);

export type Outcome =
  | { readonly kind: 'counted'; readonly usage: Counted }
  /** The request left, and nothing reliable is known about its usage. */
  | { readonly kind: 'unconfirmed' }
  | { readonly kind: 'not-sent' };

/** How a call was settled. `over`: by how much the upstream counted more than was possible. */
export type Settled = {
  readonly kind: Outcome['kind'];
  readonly spent: Spend;
  readonly over?: Spend;
};

/** One limit and what is used of it, with what running calls have reserved. */
export type Balance = {
  readonly scope: LimitScope;
  readonly project?: string;
  readonly unit: 'tokens' | 'nanos';
  readonly limit: number;
  readonly used: number;
};

/** What some calls have spent. All but `calls` and `unpriced` are parts of the sum. */
export type CallSum = Spend & {
  readonly calls: number;
  /** Reserved by calls that are not settled. */
  readonly running: Spend;
  /** Reserved in full, because no usage arrived. */
  readonly unconfirmed: Spend;
  /** More than the reservations of these calls. */
  readonly overcharged: Spend;
  /** Tokens whose cost is unknown, because the model has no price. */
  readonly unpriced: number;
};
