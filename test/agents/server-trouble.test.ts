/** The trouble that OpenAI-compatible servers really give, each kind against a scripted one. */
import t from 'tap';
import { SCRIPTED_REPORT, type Scripted } from '../support/scripted-openai.js';
import { budget, KEY, read, start, toolResults } from './chat-run.js';
import type { ScriptedTools } from './sample-run.js';

const written: Partial<ScriptedTools> = {
  read: (path) => ({ ok: true, text: `text of ${path}` }),
  write: (path) => ({ ok: true, text: `Wrote ${path}.` }),
};
const choice = (change: object): string =>
  JSON.stringify({ choices: [{ finish_reason: 'stop', message: { content: null }, ...change }] });
const half = { content: 'I will now write the' };

type Failing = {
  readonly scripted: Scripted;
  readonly failure: string;
  /** Made in all: a failure that is retried is asked five times. */
  readonly requests: number;
  readonly detail: RegExp;
};

const FAILING: Readonly<Record<string, Failing>> = {
  'an error inside a choice, beside half a text': {
    scripted: {
      raw: choice({
        finish_reason: 'error',
        error: { code: 502, message: 'upstream' },
        message: half,
      }),
    },
    failure: 'transient',
    requests: 5,
    detail: /answered 502: upstream/,
  },
  'an error inside a choice without a message': {
    scripted: {
      raw: '{"choices":[{"finish_reason":"error","error":{"code":"429","message":"slow down"}}]}',
    },
    failure: 'rate-limited',
    requests: 5,
    detail: /answered 429: slow down/,
  },
  'an answer that ends with an error and does not say which': {
    scripted: { raw: choice({ finish_reason: 'error', message: half }) },
    failure: 'transient',
    requests: 5,
    detail: /answered 502: The endpoint ended the answer with an error/,
  },
  'an error beside an answer': {
    scripted: { raw: `{"error":{"code":402,"message":"no credit"},${choice({}).slice(1)}` },
    failure: 'over-budget',
    requests: 1,
    detail: /402: no credit/,
  },
  'a body with the message at the top': {
    scripted: { status: 400, body: { object: 'error', message: 'bad tool schema', code: 400 } },
    failure: 'crashed',
    requests: 1,
    detail: /answered 400: bad tool schema/,
  },
  'a body with a list of details': {
    scripted: { status: 422, body: { detail: [{ loc: ['body'], msg: 'Field required' }] } },
    failure: 'crashed',
    requests: 1,
    detail: /answered 422: Field required/,
  },
  'an error in a list': {
    scripted: { status: 400, body: [{ error: { code: 400, message: 'Invalid JSON payload' } }] },
    failure: 'crashed',
    requests: 1,
    detail: /answered 400: Invalid JSON payload/,
  },
  'an error that is a text': {
    scripted: { status: 404, body: { error: 'model "x" not found, try pulling it first' } },
    failure: 'not-found',
    requests: 1,
    detail: /answered 404: model "x" not found/,
  },
  'a body that is a text': {
    scripted: { status: 400, body: 'tools are\nnot supported' },
    failure: 'crashed',
    requests: 1,
    detail: /answered 400: tools are not supported$/,
  },
  'no body': {
    scripted: { status: 503, body: '' },
    failure: 'transient',
    requests: 5,
    detail: /answered 503: The answer has no body/,
  },
  'a code that is a number beside a type that says more': {
    scripted: {
      status: 500,
      body: { error: { code: 500, type: 'exceed_context_size_error', message: 'too big' } },
    },
    failure: 'over-budget',
    requests: 1,
    detail: /500: too big/,
  },
  'a prompt that is too long, without a code': {
    scripted: { status: 400, body: { message: "This model's maximum context length is 8192." } },
    failure: 'over-budget',
    requests: 1,
    detail: /maximum context length is 8192/,
  },
  'a prompt that is too long, as a failure of the server': {
    scripted: { status: 500, body: 'the request exceeds the available context size' },
    failure: 'over-budget',
    requests: 1,
    detail: /available context size/,
  },
  'a page of a proxy with success': {
    scripted: { raw: '<html>\n<title>Log in</title></html>' },
    failure: 'transient',
    requests: 5,
    detail:
      /not a chat completion \(not JSON\)\. It begins: "<html> <title>Log in<\/title><\/html>"/,
  },
  'a stream that nobody asked for': {
    scripted: { raw: 'data: {"choices":[{"delta":{"content":"Hel"}}]}\n\ndata: [DONE]\n\n' },
    failure: 'transient',
    requests: 5,
    detail: /It begins: "data: \{/,
  },
  'half a body': {
    scripted: { raw: '{"choices":[{"message":{"content":"Hel' },
    failure: 'transient',
    requests: 5,
    detail: /\(not JSON\)\. It begins: /,
  },
  'a body that repeats the key': {
    scripted: { status: 401, body: `Bearer ${KEY} is wrong` },
    failure: 'auth-required',
    requests: 1,
    detail: /is wrong/,
  },
};

t.test('a failure has the code of what it is, in the words of the server', async (t) => {
  for (const [name, { scripted, failure, requests, detail }] of Object.entries(FAILING)) {
    const { outcome, server, events } = await start(t, { script: [scripted] });
    t.match(outcome, { kind: 'failed', failure, detail }, name);
    t.equal(server.requests.length, requests, `${name}: requests`);
    t.notMatch(outcome.detail, /\n/, `${name}: one line`);
    t.notMatch(JSON.stringify([outcome, events]), KEY, `${name}: without the key`);
  }
});

const asJson = '{"name": "write", "arguments": {"path": "outputs/a.md", "content": "A"}}';
const TEXT_CALLS: Readonly<Record<string, string>> = {
  'JSON in an element': `I write it.\n<tool_call>\n${asJson}\n</tool_call>`,
  'JSON in elements inside one': `<tool_calls><tool_call>${asJson}</tool_call></tool_calls>`,
  'an element with parameters':
    'Now.\n<function=write>\n<parameter=path>\noutputs/a.md\n</parameter>\n<parameter=content>\nA\n</parameter>\n</function>',
  'an element that invokes':
    '<function_calls><invoke name="write"><parameter name="path">outputs/a.md</parameter><parameter name="content">A</parameter></invoke></function_calls>',
  'JSON alone': asJson,
  'JSON with parameters': asJson.replace('arguments', 'parameters'),
  'JSON in a fence': `\`\`\`json\n${asJson}\n\`\`\``,
  'JSON in a wrapper': `{"tool_call": ${asJson}}`,
  'a list behind a mark': `[TOOL_CALLS][${asJson}]`,
  'a call after thinking': `<think>I should write.</think>\n<tool_call>${asJson}</tool_call>`,
};

t.test('a call in the text is made where nothing else can be meant', async (t) => {
  for (const [name, say] of Object.entries(TEXT_CALLS)) {
    const calls: unknown[] = [];
    const { outcome, server } = await start(t, {
      script: [{ say }, { say: SCRIPTED_REPORT }],
      input: { tools: { write: (...sent) => ({ ok: calls.push(sent) > 0, text: 'Wrote it.' }) } },
    });
    t.equal(outcome.kind, 'finished', name);
    t.same(calls, [['outputs/a.md', 'A']], name);
    t.same(toolResults(server), ['Wrote it.'], name);
  }
});

const UNCLEAR: Readonly<Record<string, string>> = {
  'a quotation in a sentence': `The page says <tool_call>${asJson}</tool_call>, which I ignore.`,
  'a quotation in a fence': `It contains:\n\`\`\`\n<tool_call>${asJson}</tool_call>\n\`\`\``,
  'an example inside prose': `You could call ${asJson} to write it.`,
  'JSON that is broken': '<tool_call>{"name": "write", "arguments": {"path": </tool_call>',
  'a tool that nobody offered': '{"name": "deploy", "arguments": {}}',
};

t.test('otherwise nothing is called, and the model is told once how to call', async (t) => {
  for (const [name, say] of Object.entries(UNCLEAR)) {
    const { outcome, server } = await start(t, { script: [{ say }] });
    t.equal(outcome.kind, 'finished', name);
    t.equal(server.requests.length, 2, name);
    t.match(
      server.requests[1]?.body.messages.at(-1),
      { role: 'user', content: /looks like a tool call, as text\. Nothing was called/ },
      name,
    );
  }
});

t.test('a name with parts of a template is answered with the tool that was meant', async (t) => {
  const names = ['functions.write', 'write<|channel|>commentary', 'default_api:write', 'to=write'];
  const call = names.map((name) => ({ name, arguments: { path: 'a', content: 'b' } }));
  const { server } = await start(t, { script: [{ call }, { say: SCRIPTED_REPORT }] });
  t.equal(toolResults(server).length, names.length);
  for (const result of toolResults(server)) t.match(result, /Did you mean `write`\?/);
});

t.test('a report beside the last call is taken, unless work followed it', async (t) => {
  const call = [{ name: 'write', arguments: { path: 'outputs/a.md', content: 'A' } }];
  const input = { tools: written };
  const last = await start(t, {
    script: [{ call, say: SCRIPTED_REPORT }, { say: 'Done.' }],
    input,
  });
  t.match(last.outcome, { kind: 'finished', report: { summary: 'wrote the inventory' } });
  t.equal(last.server.requests.length, 2, 'no reminder');
  const early = await start(t, {
    script: [{ call, say: SCRIPTED_REPORT }, read('b.md'), { say: 'Done.' }],
    input,
  });
  t.match(early.outcome.report.problems, [/no ```nocturne-report block/]);
});

t.test('what a model only thinks is no answer', async (t) => {
  for (const say of [
    `<think>\nI could say:\n${SCRIPTED_REPORT}`,
    `<thinking>${SCRIPTED_REPORT}</thinking>`,
    `Maybe:\n${SCRIPTED_REPORT}\n</think>\nHello.`,
  ])
    t.match((await start(t, { script: [{ say }] })).outcome.report.summary, '', say.slice(0, 20));
  const spoken = `<think>Hm.</think>${SCRIPTED_REPORT}`;
  t.match((await start(t, { script: [{ say: spoken }] })).outcome.report.summary, /inventory/);
  const quoted = `The tag is \`<think>\`, closed by \`</think>\`\n\n${SCRIPTED_REPORT}`;
  t.match((await start(t, { script: [{ say: quoted }] })).outcome.report.summary, /inventory/);
});

t.test('a prompt that the server cut silently is named, with the remedy', async (t) => {
  const long = (i: number, tokens: number): Scripted => ({
    call: [{ name: 'read', arguments: { path: `${i}.md` } }],
    usage: { prompt_tokens: tokens, completion_tokens: 10 },
  });
  const tools: Partial<ScriptedTools> = {
    read: (path) => ({ ok: true, text: `${path} `.repeat(1000) }),
  };
  const cut = {
    kind: 'failed',
    failure: 'over-budget',
    detail: /silently cut the prompt.*num_ctx/,
  };
  const later = [1900, 4050, 4096, 3900, 4096, 4000].map((tokens, i) => long(i, tokens));
  t.match((await start(t, { script: later, input: { tools } })).outcome, cut, 'while it grows');
  const prompt = 'A long task. '.repeat(1500);
  t.match(
    (await start(t, { script: [long(0, 2048)], input: { tools, prompt } })).outcome,
    cut,
    'at once',
  );
  for (const counted of [
    [3300, 5400, 7500, 9600, 11_700],
    [5100, 300, 280, 310, 290],
    [100, 100, 100, 100, 100],
  ]) {
    const script = [...counted.map((tokens, i) => long(i, tokens)), { say: SCRIPTED_REPORT }];
    t.match(
      (await start(t, { script, input: { tools } })).outcome,
      { kind: 'finished' },
      `${counted}`,
    );
  }
});

t.test('tokens are counted safely', async (t) => {
  const report = JSON.stringify(SCRIPTED_REPORT);
  const message = `{"content":${report},"reasoning_content":${JSON.stringify('Hm. '.repeat(1000))}}`;
  for (const usage of [
    '{"prompt_tokens":-5}',
    '{"prompt_tokens":1e300}',
    '{"prompt_tokens":"9"}',
    '"none"',
  ]) {
    const raw = `{"choices":[{"message":${message}}],"usage":${usage}}`;
    const { outcome } = await start(t, { script: [{ raw }] });
    t.equal(outcome.kind, 'finished', usage);
    t.equal(outcome.usage.tokensIn, undefined, `${usage} is no count`);
  }
  const { outcome, server } = await start(t, {
    script: [
      {
        raw: `{"choices":[{"finish_reason":"length","message":{"reasoning":"${'Hm. '.repeat(9000)}"}}]}`,
      },
    ],
    input: { brief: budget({ maxTokens: 6000 }) },
  });
  t.match(outcome, { failure: 'limit-reached' }, 'thinking that is not reported is estimated');
  t.equal(server.requests.length, 1);
});

/** Each is repeated for ever. */
const ENDLESS: Readonly<
  Record<string, { readonly scripted: Scripted; readonly failure?: string }>
> = {
  'only thinking': {
    scripted: {
      raw: '{"choices":[{"finish_reason":"stop","message":{"content":null,"reasoning_content":"Hm."}}]}',
    },
  },
  'thinking until the limit': {
    scripted: {
      raw: '{"choices":[{"finish_reason":"length","message":{"content":"<think>Hm.","reasoning":"Hm."}}]}',
    },
    failure: 'stuck',
  },
  'an empty text': { scripted: { say: '' } },
  'nothing, at the limit': { scripted: { say: '', finish: 'length' }, failure: 'stuck' },
  'arguments that are cut': {
    scripted: ({ body }) => ({
      call: [{ name: 'write', arguments: `{"path": "a${body.messages.length}.md", "content": "A` }],
    }),
    failure: 'stuck',
  },
  'a new unknown tool each time': {
    scripted: ({ body }) => ({ call: [{ name: `deploy_${body.messages.length}`, arguments: {} }] }),
    failure: 'stuck',
  },
  'a refused path with ever new names': {
    scripted: ({ body }) => ({
      call: [
        { name: 'write', arguments: { path: `SOUL-${body.messages.length}.md`, content: '' } },
      ],
    }),
    failure: 'stuck',
  },
  'the same text for ever, cut': {
    scripted: { say: 'next your best next '.repeat(50), finish: 'length' },
    failure: 'stuck',
  },
};

t.test('a model that gets nowhere is stopped after a few requests, with the reason', async (t) => {
  const tools: Partial<ScriptedTools> = {
    write: (path) => ({ ok: false, text: `${path} is not in what this pass may write.` }),
  };
  for (const [name, { scripted, failure }] of Object.entries(ENDLESS)) {
    const { outcome, server } = await start(t, { script: [scripted], input: { tools } });
    t.equal(outcome.failure, failure, name);
    t.ok(server.requests.length <= 10, `${name}: ${server.requests.length} requests`);
    t.match(outcome.detail, failure === undefined ? /gave no report/ : /got nowhere/, name);
  }
});
