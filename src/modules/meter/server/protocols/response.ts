/** OpenAI's responses. */
import type { Counted } from '../../ledger/types.js';
import { AnswerRecord, countedOf, countOf } from './answer-record.js';
import { imagesIn, noteInLast, type PartTypes } from './content.js';
import { isObject, listOf, objectOf, parsedObject, textOf } from './json.js';
import {
  boundedCall,
  IMAGE_TOKENS,
  LABELS,
  limitOf,
  namesOf,
  TEMPLATE_TOKENS,
  toolTokens,
  unbounded,
  unboundedParameter,
} from './parameters.js';
import type { AnswerReader, Bounded, Json, Protocol, Unbounded } from './protocol.js';

const KNOWN = namesOf(
  LABELS,
  'input instructions max_output_tokens tools tool_choice parallel_tool_calls max_tool_calls temperature top_p top_logprobs reasoning text include truncation client_metadata background',
);
const STORED = 'its input is stored elsewhere, so nobody can tell how many tokens it has';
const REASONS = { previous_response_id: STORED, conversation: STORED, prompt: STORED };
/** Tools that the client runs. */
const TOOLS = new Set(['function', 'custom', 'local_shell', 'apply_patch']);
const ITEMS: PartTypes = {
  text: new Set(
    'input_text output_text refusal summary_text reasoning_text reasoning function_call custom_tool_call local_shell_call local_shell_call_output apply_patch_call apply_patch_call_output'.split(
      ' ',
    ),
  ),
  image: new Set(['input_image']),
  nested: {
    message: 'content',
    '': 'content',
    function_call_output: 'output',
    custom_tool_call_output: 'output',
  },
};
const ENDS = ['response.completed', 'response.incomplete', 'response.failed'];
const SMALLEST = 1024;

export const response: Protocol = {
  name: 'response',
  path: '/v1/responses',
  family: 'openai',
  bound,
  limited: (body, { maxOutput }) => ({ ...body, max_output_tokens: maxOutput }),
  withNote(body, note) {
    const { input } = body;
    if (typeof input === 'string') return { ...body, input: `${input}\n\n${note}` };
    const part = (text: string): object => ({ type: 'input_text', text });
    const noted = noteInLast(input, note, part);
    if (noted !== undefined) return { ...body, input: noted };
    // After the result of a tool, the note is a message of its own.
    const isResult = /_output$/.test(textOf(objectOf(listOf(input).at(-1))['type']));
    return isResult
      ? { ...body, input: [...listOf(input), { role: 'user', content: [part(note)] }] }
      : undefined;
  },
  reader,
};

function bound(body: Json): Bounded | Unbounded {
  const wrong = unboundedParameter(body, REASONS);
  if (wrong !== undefined) return wrong;
  if (body['background'] === true)
    return unbounded('background', 'the answer would not come back on this connection');
  const tool = listOf(body['tools'])
    .map((entry) => textOf(objectOf(entry)['type']))
    .find((type) => !TOOLS.has(type));
  if (tool !== undefined)
    return unbounded('tools', `the upstream would run the tool "${tool}", at a price of its own`);
  const images = imagesIn(body['input'], ITEMS, 'input');
  if (typeof images !== 'number') return images;
  const maxOutput = limitOf(body, ['max_output_tokens']);
  if (typeof maxOutput === 'object') return maxOutput;
  return boundedCall(body, KNOWN, {
    maxOutput,
    smallest: SMALLEST,
    choices: 1,
    extraTokens: TEMPLATE_TOKENS + toolTokens(body['tools'], 0) + images * IMAGE_TOKENS,
    writesCache: false,
  });
}

function reader(): AnswerReader {
  const record = new AnswerRecord();
  const whole = (answer: Json): void => {
    record.states(answer['usage'], counted);
    record.isFinal = true;
  };
  return {
    whole(answer) {
      for (const item of listOf(answer['output']).map(objectOf))
        record.wrote(
          item['arguments'],
          ...listOf(item['content']).map((part) => objectOf(part)['text']),
        );
      whole(answer);
    },
    event(data) {
      const event = parsedObject(data) ?? {};
      record.wrote(event['delta']);
      const isLast = ENDS.includes(textOf(event['type']));
      if (isLast && isObject(event['response'])) whole(event['response']);
      return { isHidden: false, isLast };
    },
    usage: () => record.usage(),
    digest: () => record.digest(),
  };
}

function counted(usage: Json): Counted | undefined {
  const cacheRead = countOf(objectOf(usage['input_tokens_details'])['cached_tokens']);
  const input = countOf(usage['input_tokens']);
  const output = countOf(usage['output_tokens']);
  if (!(countOf(usage['total_tokens'] ?? input + output) >= input + output)) return undefined;
  return countedOf({ input: input - cacheRead, output, cacheRead, cacheWrite: 0 });
}
