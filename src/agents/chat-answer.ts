/** Reads the answer of a chat endpoint; servers that claim to be compatible differ. */
import { parsedJson } from '../kernel/parsed-json.js';
import { z } from 'zod';
import { type ErrorParts, errorOf } from './error-body.js';
import { quotedLine } from './quoted-line.js';
import { spokenText } from './spoken-text.js';
import type { Usage } from './types.js';

export type ToolCall = {
  readonly id: string;
  readonly name: string;
  readonly argumentsText: string;
};
export type ChatAnswer = {
  /** Without what the model only thought. */
  readonly content: string;
  readonly calls: readonly ToolCall[];
  /** The model's own words. */
  readonly refusal: string | undefined;
  /** It ended at the output limit. */
  readonly cut: boolean;
  readonly usage: Usage;
  /** Of everything that it wrote, for an estimate of the tokens. */
  readonly characters: number;
  readonly model: string | undefined;
};

const text = z.string().nullish();
const count = z.number().nonnegative().max(1e9).nullish().catch(undefined);
const Call = z.object({
  id: text,
  function: z.object({ name: z.string(), arguments: z.unknown().optional() }),
});
const Content = z.union([z.string(), z.array(z.object({ text }).loose())]).nullish();
const Message = z.object({
  content: Content,
  refusal: text,
  tool_calls: z.array(Call).nullish(),
  reasoning: text.catch(undefined),
  reasoning_content: text.catch(undefined),
});
const Completion = z.object({
  model: text,
  choices: z.tuple([z.object({ finish_reason: text, message: Message })], z.unknown()),
  usage: z
    .object({ prompt_tokens: count, completion_tokens: count, cost: count })
    .nullish()
    .catch(undefined),
});
const Failing = z.object({
  error: z.unknown(),
  choices: z
    .array(z.object({ error: z.unknown(), finish_reason: z.unknown() }).partial())
    .catch([]),
});

/** `broken`: not a completion. `error`: the body is an error, which is to be classified. */
export type ReadAnswer =
  | { readonly kind: 'answer'; readonly answer: ChatAnswer }
  | { readonly kind: 'error'; readonly error: ErrorParts }
  | { readonly kind: 'broken'; readonly detail: string };

/** @param turn makes ids for calls that have none. */
export function readAnswer(bodyText: string, turn: number): ReadAnswer {
  const body = parsedJson(bodyText);
  const error = errorInside(body);
  if (error !== undefined) return { kind: 'error', error };
  const read = Completion.safeParse(body);
  if (!read.success) {
    const issue = read.error.issues[0];
    const why =
      body === undefined || issue === undefined
        ? 'not JSON'
        : `${issue.path.join('.') || 'body'}: ${issue.message}`;
    return {
      kind: 'broken',
      detail: `The endpoint's answer is not a chat completion (${why}). It begins: ${JSON.stringify(quotedLine(bodyText) || '(empty)')}`,
    };
  }
  const [choice] = read.data.choices;
  const { message, finish_reason } = choice;
  const content = contentText(message.content);
  const calls = (message.tool_calls ?? []).map((call, i) => ({
    id: call.id || `call_${turn}_${i}`,
    name: call.function.name,
    argumentsText: argumentsText(call.function.arguments),
  }));
  const written = [
    content,
    message.reasoning_content ?? message.reasoning ?? '',
    ...calls.map((call) => call.name + call.argumentsText),
  ];
  const filtered =
    finish_reason === 'content_filter'
      ? 'The answer was withheld by the content filter of the endpoint.'
      : undefined;
  return {
    kind: 'answer',
    answer: {
      content: spokenText(content),
      calls,
      characters: written.join('').length,
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

/** Of the body or of its choice, which may hold half an answer as well. */
function errorInside(body: unknown): ErrorParts | undefined {
  const { data } = Failing.partial().safeParse(body);
  const [choice] = data?.choices ?? [];
  const found = errorOf(data?.error) ?? errorOf(choice?.error);
  const ended =
    choice?.finish_reason === 'error' ? 'The endpoint ended the answer with an error.' : undefined;
  if (found === undefined && ended === undefined) return undefined;
  const status = Number(found?.code);
  return {
    message: ended,
    ...found,
    status: status >= 400 && status < 600 ? status : 502,
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
