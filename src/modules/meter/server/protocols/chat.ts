/** OpenAI's chat completions. */
import type { Counted } from '../../ledger/types.js';
import { AnswerRecord, countedOf, countOf } from './answer-record.js';
import { imagesInMessages, noteInLast, type PartTypes } from './content.js';
import { isObject, listOf, objectOf, parsedObject, textOf } from './json.js';
import {
  boundedCall,
  choicesOf,
  IMAGE_TOKENS,
  LABELS,
  limitOf,
  longCache,
  namesOf,
  SAMPLING,
  TEMPLATE_TOKENS,
  toolTokens,
  unbounded,
  unboundedParameter,
  valuesOf,
} from './parameters.js';
import type {
  AnswerReader,
  Bounded,
  EventReading,
  Json,
  Protocol,
  SentRequest,
  Unbounded,
} from './protocol.js';

const KNOWN = namesOf(
  LABELS,
  SAMPLING,
  'messages max_tokens max_completion_tokens thinking n tools tool_choice parallel_tool_calls functions function_call response_format reasoning_effort reasoning verbosity modalities usage',
);
const REASONS = {
  prediction: 'rejected predictions are charged as output',
  audio: 'the price has no rate for audio',
  web_search_options: 'the upstream would search, at a price of its own',
};
const PARTS: PartTypes = {
  text: new Set(['text', 'refusal', 'thinking']),
  image: new Set(['image_url']),
  nested: {},
};
const LIMITS = ['max_completion_tokens', 'max_tokens'];
const NEW_LIMIT_HOSTS = /(?:^|\.)(?:openai\.com|openai\.azure\.com)$/;
const SMALLEST = 1024;

export const chat: Protocol = {
  name: 'chat',
  path: '/v1/chat/completions',
  family: 'openai',
  bound,
  limited: (body, sent) => withUsage(withLimit(body, sent)),
  withNote(body, note) {
    const messages = noteInLast(body['messages'], note, (text) => ({ type: 'text', text }));
    return messages === undefined ? undefined : { ...body, messages };
  },
  reader,
};

function bound(body: Json): Bounded | Unbounded {
  const wrong = unboundedParameter(body, REASONS) ?? longCache(body) ?? unboundedTool(body);
  if (wrong !== undefined) return wrong;
  if (listOf(body['modalities']).some((modality) => modality !== 'text'))
    return unbounded('modalities', 'the price has no rate for audio or images as output');
  if (listOf(body['messages']).some((message) => isObject(message) && isObject(message['audio'])))
    return unbounded('messages', 'nobody can tell how many tokens earlier audio has');
  const images = imagesInMessages(body['messages'], PARTS);
  if (typeof images !== 'number') return images;
  const [maxOutput, choices] = [limitOf(body, LIMITS), choicesOf(body, 'n')];
  if (typeof maxOutput === 'object') return maxOutput;
  if (typeof choices === 'object') return choices;
  return boundedCall(body, KNOWN, {
    maxOutput,
    smallest: SMALLEST,
    choices,
    extraTokens: TEMPLATE_TOKENS + toolTokens(body['tools'], 0) + images * IMAGE_TOKENS,
    writesCache: valuesOf(body, 'cache_control').length > 0,
  });
}

function unboundedTool(body: Json): Unbounded | undefined {
  const type = listOf(body['tools'])
    .map((tool) => textOf(objectOf(tool)['type']))
    .find((name) => !['function', 'custom'].includes(name));
  return type === undefined
    ? undefined
    : unbounded('tools', `the upstream would run the tool "${type}", at a price of its own`);
}

/** Lowers each limit that the request has; most servers know `max_tokens`. */
function withLimit(body: Json, { maxOutput, host }: SentRequest): Json {
  const own = LIMITS.filter((name) => typeof body[name] === 'number');
  const names = own.length > 0 ? own : [NEW_LIMIT_HOSTS.test(host) ? LIMITS[0] : LIMITS[1]];
  return { ...body, ...Object.fromEntries(names.map((name) => [name, maxOutput])) };
}

export function withUsage(body: Json): Json {
  if (body['stream'] !== true) return body;
  return { ...body, stream_options: { ...objectOf(body['stream_options']), include_usage: true } };
}

export function asksForUsage(body: Json): boolean {
  return objectOf(body['stream_options'])['include_usage'] === true;
}

function reader(body: Json): AnswerReader {
  const choices = choicesOf(body, 'n');
  return completionReader({
    hidesUsage: !asksForUsage(body),
    choices: typeof choices === 'number' ? choices : 1,
    texts(choice) {
      const message = objectOf(choice['message'] ?? choice['delta']);
      const calls = listOf(message['tool_calls']).map((call) =>
        objectOf(objectOf(call)['function']),
      );
      const { content, refusal, reasoning, reasoning_content: thoughts } = message;
      return [content, refusal, reasoning ?? thoughts, ...calls.map((call) => call['arguments'])];
    },
  });
}

type ReaderOptions = {
  readonly hidesUsage: boolean;
  readonly choices: number;
  readonly texts: (choice: Json) => readonly unknown[];
};

/** For chat and for plain completions. */
export function completionReader({ hidesUsage, choices, texts }: ReaderOptions): AnswerReader {
  const record = new AnswerRecord();
  let finished = 0;
  const take = (part: Json): void => {
    for (const choice of listOf(part['choices']).map(objectOf)) {
      record.wrote(...texts(choice));
      if (typeof choice['finish_reason'] === 'string') finished += 1;
    }
    record.states(part['usage'], countedByOpenai);
  };
  const event = (data: string): EventReading => {
    if (data.trim() === '[DONE]') {
      record.isFinal = true;
      return { isHidden: false, isLast: true };
    }
    const part = parsedObject(data);
    if (part === undefined) return { isHidden: false, isLast: false };
    take(part);
    const isUsage = isObject(part['usage']) && listOf(part['choices']).length === 0;
    // Some servers state usage with every part: only at the end it is that of the answer.
    if (isObject(part['usage']) && (isUsage || finished >= choices)) record.isFinal = true;
    return { isHidden: isUsage && hidesUsage, isLast: false };
  };
  return {
    whole(part) {
      take(part);
      record.isFinal = true;
    },
    event,
    usage: () => record.usage(),
    digest: () => record.digest(),
  };
}

/** Some vendors count thoughts in `total_tokens` only. */
export function countedByOpenai(usage: Json): Counted | undefined {
  const details = objectOf(usage['prompt_tokens_details']);
  const cacheRead = countOf(details['cached_tokens']);
  const cacheWrite = countOf(details['cache_write_tokens']);
  const prompt = countOf(usage['prompt_tokens']);
  const completion = countOf(usage['completion_tokens']);
  const total = countOf(usage['total_tokens'] ?? prompt + completion);
  // Also if one of them is not a count.
  if (!(total >= prompt + completion)) return undefined;
  return countedOf({
    input: prompt - cacheRead - cacheWrite,
    output: total - prompt,
    cacheRead,
    cacheWrite,
  });
}
