/** Anthropic's messages. */
import type { Counted } from '../../ledger/types.js';
import { AnswerRecord, countedOf, countOf } from './answer-record.js';
import { imagesIn, imagesInMessages, noteInLast, type PartTypes } from './content.js';
import { isObject, listOf, objectOf, parsedObject, textOf } from './json.js';
import {
  boundedCall,
  IMAGE_TOKENS,
  limitOf,
  longCache,
  namesOf,
  TEMPLATE_TOKENS,
  toolTokens,
  unbounded,
  unboundedParameter,
  valuesOf,
} from './parameters.js';
import type { AnswerReader, Bounded, Json, Protocol, Unbounded } from './protocol.js';

const KNOWN = namesOf(
  'model messages system max_tokens stream tools tool_choice temperature top_p top_k stop_sequences thinking metadata service_tier output_config output_format context_management cache_control',
);
const REASONS = {
  mcp_servers: 'the upstream would call other servers and read their answers',
  container: 'the upstream would run programs, at a price of its own',
  speed: 'the fast mode has a price of its own',
  inference_geo: 'a region has a price of its own',
};
/** Tools that Anthropic defines and the client runs. */
const CLIENT_TOOLS = /^(?:bash|text_editor|computer|memory)_\d+$/;
const PARTS: PartTypes = {
  text: new Set(['text', 'thinking', 'redacted_thinking', 'tool_use', 'search_result']),
  image: new Set(['image']),
  nested: { tool_result: 'content' },
};
/** Longer inputs have a price of their own for models with a context of a million tokens. */
const LONG_CONTEXT = 200_000;
const SMALLEST = 1024;

export const message: Protocol = {
  name: 'message',
  path: '/v1/messages',
  family: 'anthropic',
  bound,
  limited: (body, { maxOutput }) => withThinking({ ...body, max_tokens: maxOutput }, maxOutput),
  withNote(body, note) {
    const messages = noteInLast(body['messages'], note, (text) => ({ type: 'text', text }));
    return messages === undefined ? undefined : { ...body, messages };
  },
  reader,
};

function bound(body: Json, headers: Headers): Bounded | Unbounded {
  const wrong =
    unboundedParameter(body, REASONS) ??
    longCache(body) ??
    unboundedEdit(body) ??
    longContext(body, headers);
  if (wrong !== undefined) return wrong;
  const types = listOf(body['tools']).map((tool) => textOf(objectOf(tool)['type']) || 'custom');
  const vendor = types.filter((type) => type !== 'custom');
  const serverTool = vendor.find((type) => !CLIENT_TOOLS.test(type));
  if (serverTool !== undefined)
    return unbounded(
      'tools',
      `the upstream would run the tool "${serverTool}", at a price of its own`,
    );
  const [images, inSystem] = [
    imagesInMessages(body['messages'], PARTS),
    imagesIn(body['system'], PARTS, 'system'),
  ];
  if (typeof images !== 'number') return images;
  if (typeof inSystem !== 'number') return inSystem;
  const maxOutput = limitOf(body, ['max_tokens']);
  if (typeof maxOutput === 'object') return maxOutput;
  return boundedCall(body, KNOWN, {
    maxOutput,
    // A budget for thinking is at least 1,024 tokens, and the answer comes after it.
    smallest: budgetOf(body) === undefined ? SMALLEST : 2 * SMALLEST,
    choices: 1,
    extraTokens: TEMPLATE_TOKENS + toolTokens(body['tools'], vendor.length) + images * IMAGE_TOKENS,
    writesCache: valuesOf(body, 'cache_control').length > 0,
  });
}

/** Compaction is a second call to the model. */
function unboundedEdit(body: Json): Unbounded | undefined {
  const edit = listOf(objectOf(body['context_management'])['edits'])
    .map((entry) => textOf(objectOf(entry)['type']))
    .find((type) => !type.startsWith('clear_'));
  return edit === undefined
    ? undefined
    : unbounded('context_management', `the edit "${edit}" calls the model once more`);
}

function longContext(body: Json, headers: Headers): Unbounded | undefined {
  const isAsked = (headers.get('anthropic-beta') ?? '').includes('context-1m');
  return isAsked && JSON.stringify(body).length > LONG_CONTEXT
    ? unbounded('messages', 'more than 200,000 tokens have a price of their own')
    : undefined;
}

function budgetOf(body: Json): number | undefined {
  const budget = objectOf(body['thinking'])['budget_tokens'];
  return typeof budget === 'number' ? budget : undefined;
}

/** The budget for thinking must stay below the output limit. */
function withThinking(body: Json, maxOutput: number): Json {
  const budget = budgetOf(body);
  if (budget === undefined || budget < maxOutput) return body;
  const lowered = Math.max(SMALLEST, Math.floor(maxOutput / 2));
  return { ...body, thinking: { ...objectOf(body['thinking']), budget_tokens: lowered } };
}

function reader(): AnswerReader {
  const record = new AnswerRecord();
  let stated: Json = {};
  /** A later event leaves out what has not changed. */
  const states = (usage: unknown): void => {
    const given = Object.entries(objectOf(usage)).filter(([, value]) => value !== null);
    stated = { ...stated, ...Object.fromEntries(given) };
    if (isObject(usage)) record.states(stated, counted);
  };
  return {
    whole(answer) {
      for (const part of listOf(answer['content']).map(objectOf))
        record.wrote(part['text'], part['thinking']);
      states(answer['usage']);
      record.isFinal = true;
    },
    event(data) {
      const event = parsedObject(data) ?? {};
      const type = textOf(event['type']);
      const delta = objectOf(event['delta']);
      if (type === 'content_block_delta')
        record.wrote(delta['text'], delta['thinking'], delta['partial_json']);
      if (type === 'message_start') states(objectOf(event['message'])['usage']);
      if (type === 'message_delta') {
        states(event['usage']);
        if (isObject(event['usage'])) record.isFinal = true;
      }
      return { isHidden: false, isLast: type === 'message_stop' };
    },
    usage: () => record.usage(),
    digest: () => record.digest(),
  };
}

function counted(usage: Json): Counted | undefined {
  return countedOf({
    input: countOf(usage['input_tokens']),
    output: countOf(usage['output_tokens']),
    cacheRead: countOf(usage['cache_read_input_tokens']),
    cacheWrite: countOf(usage['cache_creation_input_tokens']),
  });
}
