/** What a run of claude has said, done and used, read from its `stream-json` lines. */
import { z } from 'zod';
import { jsonLines } from '../../../agents/json-lines.js';
import { lastBytes, printable } from '../../../agents/output-tail.js';
import { type RunEvent, type Usage, addUsage, NO_USAGE } from '../../../agents/types.js';

const TAIL_BYTES = 8 * 1024;

export type ClaudeTranscript = {
  readonly take: (chunk: Uint8Array) => void;
  readonly state: TranscriptState;
};
export type TranscriptState = {
  result?: ClaudeResult;
  /** The code of the error that it ended with. */
  error?: string;
  /** HTTP status of the last request that it was going to retry. */
  retrying?: number;
  /** When a spent limit is renewed, in milliseconds since 1970. */
  resetsAt?: number;
  model?: string;
  /** By which a later run can go on with it. */
  session?: string;
  tail: string;
  /** The last line that was not JSON. */
  plain: string;
  /** By the ids of messages and of tool calls. */
  readonly usages: Map<string, Usage>;
  readonly tools: Map<string, string>;
};

/** @param heard called after every message of the model with what was used so far. */
export function claudeTranscript(
  on: (event: RunEvent) => void,
  heard: (usage: Usage) => void,
): ClaudeTranscript {
  const state: TranscriptState = { tail: '', plain: '', usages: new Map(), tools: new Map() };
  return {
    state,
    take: jsonLines(
      (value) => {
        const event = claudeEvent(value);
        if (event === undefined) return;
        takeEvent(state, event, on);
        if (event.type === 'assistant') heard(usageOf(state));
      },
      (line) => (state.plain = printable(line).slice(0, 300)),
    ),
  };
}

export function usageOf({ result, usages }: TranscriptState): Usage {
  return result === undefined
    ? [...usages.values()].reduce(addUsage, NO_USAGE)
    : claudeUsage(result.usage, result.total_cost_usd);
}

function takeEvent(
  state: TranscriptState,
  event: ClaudeEvent,
  on: (event: RunEvent) => void,
): void {
  switch (event.type) {
    case 'assistant':
      return takeMessage(state, event);
    case 'user':
      for (const block of event.message.content)
        if (block.type === 'tool_result' && block.is_error !== true)
          on({
            kind: 'tool',
            name: state.tools.get(block.tool_use_id ?? '') ?? 'a tool',
            verdict: 'allow',
            detail: '',
          });
      return;
    case 'system':
      if (event.subtype === 'init' && event.model != null) state.model = event.model;
      if (event.subtype === 'init' && event.session_id != null) state.session = event.session_id;
      if (event.subtype !== 'api_retry') return;
      state.retrying = event.error_status ?? 0;
      return on({
        kind: 'retry',
        attempt: event.attempt ?? 1,
        waitMs: event.retry_delay_ms ?? 0,
        why: `The endpoint answered ${event.error_status ?? 'nothing'} (${event.error ?? 'no reason'})`,
      });
    case 'rate_limit_event':
      if (event.rate_limit_info.status === 'rejected' && event.rate_limit_info.resetsAt != null)
        state.resetsAt = event.rate_limit_info.resetsAt * 1000;
      return;
    case 'result':
      state.result = event;
      for (const denied of event.permission_denials ?? [])
        on({
          kind: 'tool',
          name: denied.tool_name,
          verdict: 'deny',
          detail: 'claude had no permission for it',
        });
  }
}

function takeMessage(
  state: TranscriptState,
  { message, error }: Extract<ClaudeEvent, { type: 'assistant' }>,
): void {
  delete state.retrying;
  if (error == null) delete state.error;
  else state.error = error;
  if (message.model != null && error == null) state.model = message.model;
  state.usages.set(message.id ?? '', claudeUsage(message.usage, undefined));
  for (const block of message.content) {
    if (block.type === 'tool_use') state.tools.set(block.id ?? '', block.name ?? 'a tool');
    if (block.type === 'text' && block.text != null)
      state.tail = lastBytes(
        `${state.tail}${state.tail === '' ? '' : '\n'}${printable(block.text)}`,
        TAIL_BYTES,
      );
  }
}

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
    session_id: text,
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

/** `undefined` for a line of another kind: there are more than these. */
export function claudeEvent(value: unknown): ClaudeEvent | undefined {
  const read = Event.safeParse(value);
  return read.success ? read.data : undefined;
}

/** Tokens read from a cache count. */
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
