/**
 * How a runner reaches its model without the key: an address on this machine, and a token that is
 * good for one pass.
 */
import type { ReachedLimit } from './reached-limit.js';
import type { SeenCalls } from './seen-calls.js';
import type { Usage } from './types.js';

export type ModelAccess = {
  /** For clients of OpenAI's protocol: a web address on loopback that ends with `/v1`. */
  readonly endpoint: string;
  /** For clients of Anthropic's, which append `/v1/messages`. */
  readonly anthropicBase: string;
  readonly token: string;
  /** The same server as a Unix socket, in a folder that has nothing else. */
  readonly socket: string;
  /** The calls until now. */
  readonly seen?: () => SeenCalls;
  /** From then on the token is worth nothing. @returns what was used with it. */
  readonly close: () => Promise<Metered>;
};

/** `cost` in the owner's currency; unknown without a price. */
export type Metered = {
  readonly tokens: number;
  readonly cost: number | undefined;
  /** The last call was refused, because of this limit. */
  readonly refused?: ReachedLimit;
};

/** What was counted is right; the runner alone says how it is divided. */
export function meteredUsage(reported: Usage, { tokens, cost }: Metered): Usage {
  const { tokensIn, tokensOut } = reported;
  return {
    tokensIn: Math.max(tokensIn ?? 0, tokens - (tokensOut ?? 0)),
    tokensOut,
    cost: cost ?? reported.cost,
  };
}

/** Where a pass may leave its sandbox: `port` of its own loopback leads to `socket`. */
export type Forwarding = { readonly port: number; readonly socket: string };

export function forwardingOf({ endpoint, socket }: ModelAccess): Forwarding {
  return { port: Number(new URL(endpoint).port), socket };
}

/** The variables that programs read. A proxy of the owner's must not see the token. */
export function modelVariables(
  { endpoint, anthropicBase, token }: ModelAccess,
  passedOn: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const direct = (name: string): string =>
    [passedOn[name] ?? '', '127.0.0.1'].filter((part) => part !== '').join(',');
  return {
    OPENAI_BASE_URL: endpoint,
    OPENAI_API_KEY: token,
    ANTHROPIC_BASE_URL: anthropicBase,
    ANTHROPIC_API_KEY: token,
    NO_PROXY: direct('NO_PROXY'),
    no_proxy: direct('no_proxy'),
  };
}
