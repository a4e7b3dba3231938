/**
 * The lines that `claude -p --output-format stream-json` prints, in the one form that the runner
 * works with.
 */
import { z } from 'zod';
import type { Usage } from '../../../agents/types.js';

const count = z.number().nonnegative().nullish().catch(undefined);
const text = z.string().nullish().catch(undefined);
const Tokens = z
  .object({
    input_tokens: count,
    cache_creation_input_tokens: count,
    cache_read_input_tokens: count,
    output_tokens: count,
  })
  .nullish()
  .catch(undefined);
const Block = z.object({
  type: z.string(),
  text,
  name: text,
  id: text,
  tool_use_id: text,
  is_error: z.boolean().nullish().catch(undefined),
});
const Message = z.object({
  id: text,
  model: text,
  content: z.array(Block).catch([]),
  usage: Tokens,
});

const Event = z.union([
  z.object({ type: z.literal('assistant'), message: Message, error: text }),
  z.object({ type: z.literal('user'), message: z.object({ content: z.array(Block).catch([]) }) }),
  z.object({
    type: z.literal('system'),
    subtype: text,
    model: text,
    attempt: count,
    retry_delay_ms: count,
    error_status: count,
    error: text,
  }),
  z.object({
    type: z.literal('rate_limit_event'),
    rate_limit_info: z.object({ status: text, resetsAt: count }),
  }),
  z.object({
    type: z.literal('result'),
    subtype: z.string().catch(''),
    is_error: z.boolean().catch(false),
    result: text,
    api_error_status: count,
    total_cost_usd: count,
    usage: Tokens,
    permission_denials: z
      .array(z.object({ tool_name: z.string() }))
      .nullish()
      .catch(undefined),
  }),
]);
export type ClaudeEvent = z.infer<typeof Event>;
export type ClaudeResult = Extract<ClaudeEvent, { type: 'result' }>;
type ClaudeTokens = z.infer<typeof Tokens>;

/** `undefined` for a line of another kind: there are more than these, and there will be others. */
export function claudeEvent(value: unknown): ClaudeEvent | undefined {
  const read = Event.safeParse(value);
  return read.success ? read.data : undefined;
}

/** What was read from a cache counts as read. */
export function claudeUsage(tokens: ClaudeTokens, cost: number | null | undefined): Usage {
  const read = [
    tokens?.input_tokens,
    tokens?.cache_creation_input_tokens,
    tokens?.cache_read_input_tokens,
  ].filter((n) => typeof n === 'number');
  return {
    tokensIn: read.length === 0 ? undefined : read.reduce((sum, n) => sum + n, 0),
    tokensOut: tokens?.output_tokens ?? undefined,
    cost: cost ?? undefined,
  };
}
