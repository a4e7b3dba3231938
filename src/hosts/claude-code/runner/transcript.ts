/** What a run of claude has said, done and used so far, gathered from its lines. */
import { claudeEvent, type ClaudeEvent, type ClaudeResult, claudeUsage } from './events.js';
import { jsonLines } from '../../../agents/json-lines.js';
import { lastBytes, printable } from '../../../agents/output-tail.js';
import type { RunEvent, Usage } from '../../../agents/types.js';
import { addUsage, NO_USAGE } from '../../../agents/usage.js';

const TAIL_BYTES = 8 * 1024;

/** `take` reads its output; `state` is what was understood of it. */
export type ClaudeTranscript = {
  readonly take: (chunk: Uint8Array) => void;
  readonly state: TranscriptState;
};
export type TranscriptState = {
  result?: ClaudeResult;
  /** The code that claude gave the error that it ended with. */
  error?: string;
  /** HTTP status of the last request that it was going to send again. */
  retrying?: number;
  /** When a spent limit is given anew, in milliseconds since 1970. */
  resetsAt?: number;
  model?: string;
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
