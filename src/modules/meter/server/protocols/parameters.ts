/**
 * The parameters of requests that the meter lets through: those that cannot make a call cost more
 * than its input and its output limit. Of the others, those that are known to cost are refused, and
 * those that nobody knows are left out unless their value is harmless.
 */
import { isObject, listOf, textOf } from './json.js';
import type { Bounded, Json, Unbounded } from './protocol.js';

/** How the next token is chosen, by OpenAI's names and by those of servers that owners run. */
export const SAMPLING =
  'temperature top_p top_k top_a min_p typical_p tfs_z seed stop stop_token_ids logit_bias logprobs top_logprobs presence_penalty frequency_penalty repetition_penalty repeat_penalty repeat_last_n mirostat mirostat_eta mirostat_tau ignore_eos min_tokens skip_special_tokens grammar json_schema guided_json guided_choice guided_regex guided_grammar chat_template_kwargs enable_thinking think include_reasoning cache_prompt keep_alive num_ctx';

/** Who asks, and how the upstream files the request. */
export const LABELS =
  'model stream stream_options user metadata store service_tier safety_identifier prompt_cache_key prompt_cache_retention';

export function namesOf(...lists: readonly string[]): ReadonlySet<string> {
  return new Set(lists.flatMap((list) => list.split(' ')));
}

/** What costs more wherever it is known. */
const COSTS: Readonly<Record<string, string>> = {
  plugins: 'the upstream would run them, at a price of their own',
  models: 'another model may have another price',
};

/** Tiers that cost no more than the price of the model. */
const TIERS = ['auto', 'default', 'flex', 'standard_only'];

/** The first parameter that keeps the worst case from being known. */
export function unboundedParameter(
  body: Json,
  reasons: Readonly<Record<string, string>> = {},
): Unbounded | undefined {
  for (const [param, value] of Object.entries(body)) {
    const why = isNothing(value) ? undefined : (reasons[param] ?? COSTS[param]);
    if (why !== undefined) return unbounded(param, why);
  }
  const tier = body['service_tier'];
  if (typeof tier === 'string' && !TIERS.includes(tier))
    return unbounded('service_tier', `the service tier "${tier}" has a price of its own`);
  if (textOf(body['model']) === '') return unbounded('model', 'the request names no model');
  return undefined;
}

/** Parameters that nobody knows. Each may ask for more answers, or for a service with its price. */
function unknownParameters(body: Json, known: ReadonlySet<string>): readonly string[] {
  return Object.entries(body)
    .filter(([param, value]) => !known.has(param) && !isHarmless(value))
    .map(([param]) => param);
}

/** `known`: the parameters of the protocol; any other is left out. */
export function boundedCall(
  body: Json,
  known: ReadonlySet<string>,
  call: Omit<Bounded, 'kind' | 'model' | 'isStream' | 'leftOut'> &
    Partial<Pick<Bounded, 'isStream'>>,
): Bounded {
  return {
    kind: 'bounded',
    model: textOf(body['model']),
    isStream: body['stream'] === true,
    leftOut: unknownParameters(body, known),
    ...call,
  };
}

function isNothing(value: unknown): boolean {
  return value === null || value === undefined;
}

/** It turns something off, or is too small to be the number of anything but one. */
function isHarmless(value: unknown): boolean {
  return isNothing(value) || value === false || (typeof value === 'number' && Math.abs(value) <= 1);
}

export function unbounded(param: string, why: string): Unbounded {
  return { kind: 'unbounded', param, why };
}

/** A whole number of at least 1; `undefined`: there is none. */
export function limitOf(body: Json, names: readonly string[]): number | undefined | Unbounded {
  const limits: number[] = [];
  for (const name of names) {
    const value = body[name];
    if (value === undefined || value === null) continue;
    if (!Number.isSafeInteger(value) || Number(value) < 1)
      return unbounded(name, 'an output limit must be a whole number of at least 1');
    limits.push(Number(value));
  }
  return limits.length === 0 ? undefined : Math.max(...limits);
}

/** How many answers one request may ask for. */
const MOST_CHOICES = 128;

export function choicesOf(body: Json, name: string): number | Unbounded {
  const value = body[name] ?? 1;
  return Number.isSafeInteger(value) && Number(value) >= 1 && Number(value) <= MOST_CHOICES
    ? Number(value)
    : unbounded(name, `expected a whole number from 1 to ${MOST_CHOICES}`);
}

/** The values of a field that are anywhere in a request, such as `cache_control`. */
export function valuesOf(value: unknown, field: string): readonly unknown[] {
  if (Array.isArray(value)) return value.flatMap((entry) => valuesOf(entry, field));
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([name, entry]) =>
    name === field && entry !== null ? [entry] : valuesOf(entry, field),
  );
}

/** A cache that lives an hour costs more to write than the price says. */
export function longCache(body: Json): Unbounded | undefined {
  const isLong = valuesOf(body, 'cache_control').some(
    (control) => isObject(control) && control['ttl'] !== undefined && control['ttl'] !== '5m',
  );
  return isLong
    ? unbounded('cache_control', 'only caches of five minutes have a price; leave out ttl')
    : undefined;
}

/**
 * The most that one image costs: gpt-4o-mini counts 2,833 tokens and 5,667 for each of up to eight
 * tiles. Other models count less.
 */
export const IMAGE_TOKENS = 50_000;
/** What a chat template or a vendor's system prompt adds to a request. */
export const TEMPLATE_TOKENS = 1_000;
/** What a vendor adds to explain how tools are called. */
export const TOOLS_TOKENS = 1_000;
/** What a vendor adds for a tool that it defines and the client runs. */
export const VENDOR_TOOL_TOKENS = 2_000;

export function toolTokens(tools: unknown, vendorTools: number): number {
  const some = listOf(tools).length > 0;
  return (some ? TOOLS_TOKENS : 0) + vendorTools * VENDOR_TOOL_TOKENS;
}
