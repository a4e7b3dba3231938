/** Reads the answer of a chat endpoint; servers that claim to be compatible differ. */
import { z } from 'zod';
import type { Usage } from './types.js';

export type ToolCall = {
  readonly id: string;
  readonly name: string;
  readonly argumentsText: string;
};
export type ChatAnswer = {
  readonly content: string;
  readonly calls: readonly ToolCall[];
  /** The model's own words. */
  readonly refusal: string | undefined;
  /** It ended at the output limit. */
  readonly cut: boolean;
  readonly usage: Usage;
  readonly model: string | undefined;
};

const text = z.string().nullish();
const count = z.number().nonnegative().nullish().catch(undefined);
const Call = z.object({
  id: text,
  function: z.object({ name: z.string(), arguments: z.unknown().optional() }),
});
const Content = z.union([z.string(), z.array(z.object({ text }).loose())]).nullish();
const Message = z.object({ content: Content, refusal: text, tool_calls: z.array(Call).nullish() });
const Completion = z.object({
  model: text,
  choices: z.tuple([z.object({ finish_reason: text, message: Message })], z.unknown()),
  usage: z
    .object({ prompt_tokens: count, completion_tokens: count, cost: count })
    .nullish()
    .catch(undefined),
});
const ErrorBody = z.object({
  error: z.union([
    z.string(),
    z.object({ message: text, code: z.unknown().optional(), type: z.unknown().optional() }),
  ]),
});

/** `broken`: not a completion. `error`: the body is an error, in the form of the SDK's. */
export type ReadAnswer =
  | { readonly kind: 'answer'; readonly answer: ChatAnswer }
  | { readonly kind: 'error'; readonly error: unknown }
  | { readonly kind: 'broken'; readonly detail: string };

/** @param turn makes ids for calls that have none. */
export function readAnswer(body: unknown, turn: number): ReadAnswer {
  const read = Completion.safeParse(body);
  if (!read.success) {
    const failed = ErrorBody.safeParse(body);
    if (failed.success) return { kind: 'error', error: bodyError(failed.data.error) };
    const issue = read.error.issues[0];
    return {
      kind: 'broken',
      detail: `The endpoint's answer is not a chat completion (${issue === undefined ? 'unknown shape' : `${issue.path.join('.') || 'body'}: ${issue.message}`}).`,
    };
  }
  const [choice] = read.data.choices;
  const { message, finish_reason } = choice;
  const filtered =
    finish_reason === 'content_filter'
      ? 'The answer was withheld by the content filter of the endpoint.'
      : undefined;
  return {
    kind: 'answer',
    answer: {
      content: contentText(message.content),
      calls: (message.tool_calls ?? []).map((call, i) => ({
        id: call.id || `call_${turn}_${i}`,
        name: call.function.name,
        argumentsText: argumentsText(call.function.arguments),
      })),
      refusal: message.refusal || filtered,
      cut: finish_reason === 'length',
      usage: {
        tokensIn: read.data.usage?.prompt_tokens ?? undefined,
        tokensOut: read.data.usage?.completion_tokens ?? undefined,
        cost: read.data.usage?.cost ?? undefined,
      },
      model: read.data.model ?? undefined,
    },
  };
}

function bodyError(
  error:
    | string
    | {
        readonly message?: string | null | undefined;
        readonly code?: unknown;
        readonly type?: unknown;
      },
): unknown {
  if (typeof error === 'string') return { status: 500, message: error };
  return {
    status: typeof error.code === 'number' ? error.code : 500,
    code: error.code,
    type: error.type,
    message: error.message,
  };
}

function contentText(content: z.infer<typeof Content>): string {
  return typeof content === 'string'
    ? content
    : (content ?? []).map((part) => part.text ?? '').join('');
}

/** Some servers send the arguments as an object, or leave them out. */
function argumentsText(value: unknown): string {
  return typeof value === 'string' ? value || '{}' : JSON.stringify(value ?? {});
}
