import t from 'tap';
import { chat } from '../../../../src/modules/meter/server/protocols/chat.js';
import { completion } from '../../../../src/modules/meter/server/protocols/completion.js';
import { embedding } from '../../../../src/modules/meter/server/protocols/embedding.js';
import { message } from '../../../../src/modules/meter/server/protocols/message.js';
import type { Json, Protocol } from '../../../../src/modules/meter/server/protocols/protocol.js';
import { response } from '../../../../src/modules/meter/server/protocols/response.js';

const user = (content: unknown): object => ({ role: 'user', content });
const BASE = new Map<Protocol, Json>([
  [chat, { model: 'm', messages: [user('Hello')] }],
  [completion, { model: 'm', prompt: 'Hello' }],
  [embedding, { model: 'm', input: 'Hello' }],
  [response, { model: 'm', input: 'Hello' }],
  [message, { model: 'm', max_tokens: 2000, messages: [user('Hello')] }],
]);
const bound = (protocol: Protocol, more: Json, headers = {}) =>
  protocol.bound({ ...BASE.get(protocol), ...more }, new Headers(headers));

const image = { type: 'image_url', image_url: { url: 'https://example.org/a.png' } };
const picture = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'aa' } };
const inResult = (part: object): object => ({
  type: 'tool_result',
  tool_use_id: 'a',
  content: [part],
});

/** What a request adds to an ordinary one, and which field keeps it from being bounded. */
const REFUSED: readonly (readonly [protocol: Protocol, more: Json, param: string])[] = [
  [chat, { prediction: { type: 'content', content: 'x' } }, 'prediction'],
  [chat, { audio: { voice: 'a' } }, 'audio'],
  [chat, { modalities: ['text', 'audio'] }, 'modalities'],
  [chat, { web_search_options: {} }, 'web_search_options'],
  [chat, { plugins: [{ id: 'web' }] }, 'plugins'],
  [chat, { models: ['a', 'b'] }, 'models'],
  [chat, { service_tier: 'priority' }, 'service_tier'],
  [chat, { tools: [{ type: 'web_search' }] }, 'tools'],
  [chat, { n: 0 }, 'n'],
  [chat, { n: 1e6 }, 'n'],
  [chat, { max_tokens: -1 }, 'max_tokens'],
  [chat, { max_tokens: '100' }, 'max_tokens'],
  [chat, { max_completion_tokens: 1.5 }, 'max_completion_tokens'],
  [chat, { model: '' }, 'model'],
  [chat, { messages: 'Hello' }, 'messages'],
  [chat, { messages: [user([{ type: 'input_audio', input_audio: {} }])] }, 'messages'],
  [chat, { messages: [user([{ type: 'file', file: { file_id: 'f' } }])] }, 'messages'],
  [
    chat,
    { messages: [user([{ type: 'text', text: 'a', cache_control: { ttl: '1h' } }])] },
    'cache_control',
  ],
  [completion, { prompt: { id: 'stored' } }, 'prompt'],
  [completion, { best_of: 1000 }, 'best_of'],
  [embedding, { input: [{ image: 'x' }] }, 'input'],
  [embedding, { input: [] }, 'input'],
  [response, { previous_response_id: 'resp_1' }, 'previous_response_id'],
  [response, { conversation: 'conv_1' }, 'conversation'],
  [response, { prompt: { id: 'p' } }, 'prompt'],
  [response, { background: true }, 'background'],
  [response, { tools: [{ type: 'web_search' }] }, 'tools'],
  [response, { tools: [{ type: 'code_interpreter' }] }, 'tools'],
  [response, { tools: [{ type: 'mcp', server_url: 'https://x' }] }, 'tools'],
  [response, { input: [{ type: 'item_reference', id: 'i' }] }, 'input'],
  [response, { input: [user([{ type: 'input_file', file_id: 'f' }])] }, 'input'],
  [message, { mcp_servers: [{ type: 'url' }] }, 'mcp_servers'],
  [message, { container: { id: 'c' } }, 'container'],
  [message, { speed: 'fast' }, 'speed'],
  [message, { inference_geo: 'us' }, 'inference_geo'],
  [message, { tools: [{ type: 'web_search_20250305', name: 'web_search' }] }, 'tools'],
  [message, { tools: [{ type: 'code_execution_20250825', name: 'x' }] }, 'tools'],
  [
    message,
    { context_management: { edits: [{ type: 'compact_20260112' }] } },
    'context_management',
  ],
  [message, { cache_control: { type: 'ephemeral', ttl: '1h' } }, 'cache_control'],
  [message, { messages: [user([{ type: 'document', source: { type: 'base64' } }])] }, 'messages'],
  [message, { messages: [user([inResult({ type: 'document' })])] }, 'messages'],
  [message, { system: [{ type: 'document' }] }, 'system'],
];

t.test('what may cost more than input and output limit is refused', async (t) => {
  for (const [protocol, more, param] of REFUSED)
    t.match(
      bound(protocol, more),
      { kind: 'unbounded', param },
      `${protocol.name} ${JSON.stringify(more)}`,
    );
  t.match(
    bound(
      message,
      { messages: [user('x'.repeat(200_001))] },
      { 'anthropic-beta': 'a,context-1m-2025-08-07' },
    ),
    { kind: 'unbounded', param: 'messages' },
  );
});

t.test('a parameter that nobody knows is sent only if its value cannot cost', async (t) => {
  const cases: readonly (readonly [more: Json, leftOut: readonly string[]])[] = [
    [{ temperature: 2, top_k: 40 }, []],
    [{ xtc_probability: 0.5, dry_base: 1, stream_reasoning: false, later: null }, []],
    [{ num_answers: 8 }, ['num_answers']],
    [{ search: true, mode: 'deep', provider: { order: [] } }, ['search', 'mode', 'provider']],
  ];
  for (const protocol of BASE.keys())
    for (const [more, leftOut] of cases) {
      const known = protocol === message || protocol === embedding || protocol === response;
      if (known && 'top_k' in more) continue;
      t.match(bound(protocol, more), { kind: 'bounded', leftOut }, protocol.name);
    }
});

/** The same, and what the bound then is. */
const BOUNDED: readonly (readonly [protocol: Protocol, more: Json, found: object])[] = [
  [
    chat,
    {},
    { maxOutput: undefined, choices: 1, isStream: false, extraTokens: 1000, writesCache: false },
  ],
  [chat, { max_tokens: 5, n: 3, stream: true }, { maxOutput: 5, choices: 3, isStream: true }],
  [chat, { max_tokens: 5, max_completion_tokens: 9 }, { maxOutput: 9 }],
  [chat, { web_search_options: null, audio: null, n: null }, { choices: 1 }],
  [
    chat,
    { messages: [user([{ type: 'text', text: 'a' }, image, image])] },
    { extraTokens: 101_000 },
  ],
  [chat, { tools: [{ type: 'function', function: { name: 'a' } }] }, { extraTokens: 2000 }],
  [
    chat,
    { messages: [user([{ type: 'text', text: 'a', cache_control: { type: 'ephemeral' } }])] },
    { writesCache: true },
  ],
  [
    chat,
    { temperature: 0, top_k: 5, min_p: 0.1, reasoning_effort: 'low', service_tier: 'flex' },
    { choices: 1 },
  ],
  [completion, { n: 2, best_of: 4 }, { choices: 4 }],
  [completion, { prompt: ['a', 'b', 'c'], n: 2 }, { choices: 6 }],
  [completion, { prompt: [1, 2, 3] }, { choices: 1 }],
  [completion, { prompt: [[1, 2], [3]] }, { choices: 2 }],
  [embedding, { input: [[1, 2], [3]] }, { maxOutput: 0, smallest: 0 }],
  [response, { max_output_tokens: 7, tools: [{ type: 'function', name: 'a' }] }, { maxOutput: 7 }],
  [
    response,
    {
      input: [
        user([{ type: 'input_image', image_url: 'data:' }]),
        { type: 'function_call_output', output: 'x' },
      ],
    },
    { extraTokens: 51_000 },
  ],
  [message, {}, { maxOutput: 2000, smallest: 1024, writesCache: false }],
  [message, { thinking: { type: 'enabled', budget_tokens: 1500 } }, { smallest: 2048 }],
  [message, { messages: [user([inResult(picture), picture])] }, { extraTokens: 101_000 }],
  [
    message,
    {
      tools: [
        { name: 'a', input_schema: {} },
        { type: 'bash_20250124', name: 'bash' },
      ],
    },
    { extraTokens: 4000 },
  ],
  [
    message,
    { system: [{ type: 'text', text: 'a', cache_control: { type: 'ephemeral' } }] },
    { writesCache: true },
  ],
  [
    message,
    { context_management: { edits: [{ type: 'clear_tool_uses_20250919' }] } },
    { choices: 1 },
  ],
];

t.test('everything else is bounded', async (t) => {
  for (const [protocol, more, found] of BOUNDED)
    t.match(
      bound(protocol, more),
      { kind: 'bounded', ...found },
      `${protocol.name} ${JSON.stringify(more)}`,
    );
});

const HOST = { host: 'models.example.org' };

t.test('the output limit is lowered or added, and usage asked for', async (t) => {
  const limited = (protocol: Protocol, more: Json, host = HOST): Json =>
    protocol.limited({ ...BASE.get(protocol), ...more }, { maxOutput: 1500, ...host });
  t.match(limited(chat, {}), { max_tokens: 1500 });
  t.notOk('max_completion_tokens' in limited(chat, {}));
  t.match(limited(chat, {}, { host: 'api.openai.com' }), { max_completion_tokens: 1500 });
  t.match(limited(chat, { max_tokens: 9000 }, { host: 'api.openai.com' }), { max_tokens: 1500 });
  t.match(limited(chat, { max_tokens: 9000, max_completion_tokens: 9000 }), {
    max_tokens: 1500,
    max_completion_tokens: 1500,
  });
  t.notOk('stream_options' in limited(chat, {}));
  t.match(limited(chat, { stream: true, stream_options: { include_obfuscation: false } }), {
    stream_options: { include_usage: true, include_obfuscation: false },
  });
  t.match(limited(completion, { stream: true }), {
    max_tokens: 1500,
    stream_options: { include_usage: true },
  });
  t.same(limited(embedding, {}), BASE.get(embedding));
  t.match(limited(response, { max_output_tokens: 9000 }), { max_output_tokens: 1500 });
  t.match(limited(message, { thinking: { type: 'enabled', budget_tokens: 1600 } }), {
    max_tokens: 1500,
    thinking: { type: 'enabled', budget_tokens: 1024 },
  });
  t.match(limited(message, { thinking: { type: 'enabled', budget_tokens: 1400 } }), {
    thinking: { budget_tokens: 1400 },
  });
});

t.test('a note is at the end of what the model reads', async (t) => {
  const noted = (protocol: Protocol, more: Json): Json | undefined =>
    protocol.withNote({ ...BASE.get(protocol), ...more }, 'Note.');
  t.match(noted(chat, {}), { messages: [{ role: 'user', content: 'Hello\n\nNote.' }] });
  const parts = [{ type: 'text', text: 'Hello' }];
  const withPart = [{ content: [...parts, { type: 'text', text: 'Note.' }] }];
  t.match(noted(chat, { messages: [user(parts)] }), { messages: withPart });
  t.match(noted(message, { messages: [user(parts)] }), { messages: withPart });
  t.equal(
    noted(message, { messages: [user('Hello'), { role: 'assistant', content: '{' }] }),
    undefined,
  );
  t.match(noted(response, {}), { input: 'Hello\n\nNote.' });
  t.match(
    noted(response, { input: [{ type: 'function_call_output', call_id: 'a', output: 'x' }] }),
    {
      input: [
        { type: 'function_call_output' },
        { role: 'user', content: [{ type: 'input_text', text: 'Note.' }] },
      ],
    },
  );
  t.equal(noted(completion, {}), undefined);
  t.equal(noted(embedding, {}), undefined);
});

/** Events as an endpoint sends them, and the usage that they prove. */
const read = (protocol: Protocol, list: readonly (object | string)[], more: Json = {}) => {
  const reader = protocol.reader({ ...BASE.get(protocol), stream: true, ...more });
  const seen = list.map((event) =>
    reader.event(typeof event === 'string' ? event : JSON.stringify(event)),
  );
  return { usage: reader.usage(), seen };
};
const counts = (input: number, output: number): object => ({
  prompt_tokens: input,
  completion_tokens: output,
});
const delta = (finish: string | null, more: object = {}): object => ({
  choices: [{ index: 0, delta: { content: 'word' }, finish_reason: finish }],
  ...more,
});

t.test('usage is read from streams', async (t) => {
  const last = { choices: [], usage: counts(30, 12) };
  const cached = {
    choices: [],
    usage: {
      ...counts(30, 12),
      prompt_tokens_details: { cached_tokens: 10, cache_write_tokens: 5 },
    },
  };
  t.match(read(chat, [delta('stop'), last, '[DONE]']).usage, { input: 30, output: 12 });
  t.match(read(chat, [cached]).usage, { input: 15, output: 12, cacheRead: 10, cacheWrite: 5 });
  t.same(
    read(chat, [delta('stop'), last, '[DONE]']).seen.map(({ isHidden }) => isHidden),
    [false, true, false],
  );
  const asked = { stream_options: { include_usage: true } };
  t.notOk(read(chat, [last], asked).seen[0]?.isHidden);
  t.equal(read(chat, [delta(null, { usage: counts(30, 1) })]).usage, undefined, 'not yet the last');
  t.match(
    read(chat, [delta(null, { usage: counts(30, 1) }), delta('stop', { usage: counts(30, 2) })])
      .usage,
    { output: 2 },
  );
  t.equal(
    read(chat, [delta(null, { usage: counts(30, 9) }), delta('stop', { usage: counts(30, 2) })])
      .usage,
    undefined,
  );
  t.equal(
    read(chat, [delta('stop', { usage: counts(30, 2) })], { n: 2 }).usage,
    undefined,
    'one of two answers',
  );
  t.equal(read(chat, [delta('stop'), '[DONE]']).usage, undefined);
  t.equal(read(chat, ['{"broken', '[DONE]']).usage, undefined);

  const start = {
    type: 'message_start',
    message: { usage: { input_tokens: 30, output_tokens: 1 } },
  };
  const end = {
    type: 'message_delta',
    delta: {},
    usage: { output_tokens: 12, input_tokens: null },
  };
  t.match(read(message, [start, end]).usage, { input: 30, output: 12 });
  t.equal(read(message, [start]).usage, undefined);
  t.equal(read(message, [start, { ...end, usage: { output_tokens: 0 } }]).usage, undefined);
  const late = { type: 'message_start', message: { usage: { input_tokens: 0, output_tokens: 0 } } };
  t.match(
    read(message, [
      late,
      { ...end, usage: { input_tokens: 40, output_tokens: 12, cache_creation_input_tokens: 7 } },
    ]).usage,
    { input: 40, output: 12, cacheWrite: 7 },
  );
  t.ok(read(message, [{ type: 'message_stop' }]).seen[0]?.isLast);

  const usage = {
    input_tokens: 30,
    output_tokens: 12,
    input_tokens_details: { cached_tokens: 10 },
  };
  for (const type of ['response.completed', 'response.incomplete', 'response.failed'])
    t.match(
      read(response, [{ type, response: { usage } }]).usage,
      { input: 20, output: 12, cacheRead: 10 },
      type,
    );
  t.equal(
    read(response, [{ type: 'response.created', response: { usage: null } }]).usage,
    undefined,
  );
});

t.test('more text than tokens is not believed', async (t) => {
  const words = 'word '.repeat(100);
  const long = { choices: [{ index: 0, delta: { content: words } }] };
  t.equal(read(chat, [long, { choices: [], usage: counts(30, 3) }]).usage, undefined);
  t.match(read(chat, [long, { choices: [], usage: counts(30, 100) }]).usage, { output: 100 });
});
