/** What a run of claude has said, done and used so far, gathered from its lines. */
import { claudeEvent, type ClaudeEvent, type ClaudeResult, claudeUsage } from './events.js';
import { jsonLines } from '../../../agents/json-lines.js';
import { lastBytes, printable } from '../../../agents/output-tail.js';
import type { RunEvent, Usage } from '../../../agents/types.js';
import { addUsage, NO_USAGE } from '../../../agents/usage.js';

const TAIL_BYTES = 8 * 1024;

export type ClaudeTranscript = {
  take(chunk: Uint8Array): void;
  readonly result: ClaudeResult | undefined;
  /** The code that claude gave the error that it ended with. */
  readonly error: string | undefined;
  /** HTTP status of the last request that it was going to send again. */
  readonly retrying: number | undefined;
  /** When a spent limit is given anew, in milliseconds since 1970. */
  readonly resetsAt: number | undefined;
  readonly usage: Usage;
  readonly model: string | undefined;
  readonly tail: string;
  /** The last line that was not JSON. */
  readonly plain: string;
};

/** @param heard called after every message of the model with what was used so far. */
export function claudeTranscript(
  on: (event: RunEvent) => void,
  heard: (usage: Usage) => void,
): ClaudeTranscript {
  const perMessage = new Map<string, Usage>();
  const tools = new Map<string, string>();
  const known: {
    result?: ClaudeResult;
    error?: string;
    retrying?: number;
    resetsAt?: number;
    model?: string;
  } = {};
  let tail = '';
  let plain = '';
  const usage = (): Usage =>
    known.result === undefined
      ? [...perMessage.values()].reduce(addUsage, NO_USAGE)
      : claudeUsage(known.result.usage, known.result.total_cost_usd);

  const assistant = ({ message, error }: Extract<ClaudeEvent, { type: 'assistant' }>): void => {
    delete known.retrying;
    if (error == null) delete known.error;
    else known.error = error;
    if (message.model != null && error == null) known.model = message.model;
    perMessage.set(message.id ?? '', claudeUsage(message.usage, undefined));
    for (const block of message.content) {
      if (block.type === 'tool_use') tools.set(block.id ?? '', block.name ?? 'a tool');
      if (block.type === 'text' && block.text != null)
        tail = lastBytes(`${tail}${tail === '' ? '' : '\n'}${printable(block.text)}`, TAIL_BYTES);
    }
    heard(usage());
  };

  const take = (event: ClaudeEvent): void => {
    switch (event.type) {
      case 'assistant':
        return assistant(event);
      case 'user':
        for (const block of event.message.content)
          if (block.type === 'tool_result' && block.is_error !== true)
            on({
              kind: 'tool',
              name: tools.get(block.tool_use_id ?? '') ?? 'a tool',
              verdict: 'allow',
              detail: '',
            });
        return;
      case 'system':
        if (event.subtype === 'init' && event.model != null) known.model = event.model;
        if (event.subtype !== 'api_retry') return;
        known.retrying = event.error_status ?? 0;
        return on({
          kind: 'retry',
          attempt: event.attempt ?? 1,
          waitMs: event.retry_delay_ms ?? 0,
          why: `The endpoint answered ${event.error_status ?? 'nothing'} (${event.error ?? 'no reason'})`,
        });
      case 'rate_limit_event':
        if (event.rate_limit_info.status === 'rejected' && event.rate_limit_info.resetsAt != null)
          known.resetsAt = event.rate_limit_info.resetsAt * 1000;
        return;
      case 'result':
        known.result = event;
        for (const denied of event.permission_denials ?? [])
          on({
            kind: 'tool',
            name: denied.tool_name,
            verdict: 'deny',
            detail: 'claude had no permission for it',
          });
    }
  };

  return {
    take: jsonLines(
      (value) => ((event) => event !== undefined && take(event))(claudeEvent(value)),
      (line) => (plain = printable(line).slice(0, 300)),
    ),
    get result() {
      return known.result;
    },
    get error() {
      return known.error;
    },
    get retrying() {
      return known.retrying;
    },
    get resetsAt() {
      return known.resetsAt;
    },
    get usage() {
      return usage();
    },
    get model() {
      return known.model;
    },
    get tail() {
      return tail;
    },
    get plain() {
      return plain;
    },
  };
}
