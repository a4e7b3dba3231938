import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import t from 'tap';
import { until } from './until.js';
import { KEY, runningMeter, type RunningMeter } from './running-meter.js';
import {
  begin,
  chatEvents,
  eventText,
  json,
  messageEvents,
  type Script,
  WORDS,
} from './upstream.js';

t.setTimeout(120_000);
const TEXT = Array.from({ length: WORDS }, (_, i) => `word${i} `).join('');
const messages = [{ role: 'user' as const, content: 'Say something.' }];
const openaiTool = {
  type: 'function' as const,
  function: { name: 'look', parameters: { type: 'object', properties: {} } },
};

function openai({ base }: RunningMeter, token: string): OpenAI {
  return new OpenAI({ baseURL: `${base}/v1`, apiKey: token, maxRetries: 0 });
}
function anthropic({ base }: RunningMeter, token: string): Anthropic {
  return new Anthropic({ baseURL: base, apiKey: token, maxRetries: 0 });
}
function forAnthropic(meter: RunningMeter): Anthropic {
  return anthropic(meter, meter.token({ endpoint: meter.upstream.base }));
}

t.test("OpenAI's client chats, with tools and in a stream", async (t) => {
  const meter = await runningMeter(t);
  const client = openai(meter, meter.token());
  const whole = await client.chat.completions.create({ model: 'small', messages });
  t.equal(whole.choices[0]?.message.content, TEXT);
  t.equal(whole.usage?.completion_tokens, WORDS);
  const tools = await client.chat.completions.create({
    model: 'small',
    messages,
    tools: [openaiTool],
  });
  t.match(tools.choices[0]?.message.tool_calls, [
    { function: { name: 'look', arguments: '{"at":1}' } },
  ]);
  let streamed = '';
  let chunks = 0;
  for await (const chunk of await client.chat.completions.create({
    model: 'small',
    messages,
    stream: true,
  })) {
    streamed += chunk.choices[0]?.delta.content ?? '';
    chunks += 1;
    t.equal(chunk.usage ?? null, null, 'the client did not ask for usage');
  }
  t.equal(streamed, TEXT);
  t.equal(chunks, WORDS + 1);
  const runner = client.chat.completions.stream({
    model: 'small',
    messages,
    tools: [openaiTool],
    stream_options: { include_usage: true },
  });
  const final = await runner.finalChatCompletion();
  t.match(final.choices[0]?.message.tool_calls, [{ function: { name: 'look' } }]);
  t.equal(final.usage?.completion_tokens, WORDS, 'this client asked for it');

  const [first, , third] = meter.upstream.requests;
  t.equal(first?.headers.authorization, `Bearer ${KEY}`);
  t.match(third?.body, { stream_options: { include_usage: true }, max_tokens: 16384 });
  t.same(
    meter.settled().map(({ how, output }) => [how, output]),
    Array.from({ length: 4 }, () => ['counted', WORDS]),
  );
});

t.test(
  "OpenAI's client makes completions, embeddings and responses, and lists models",
  async (t) => {
    const meter = await runningMeter(t);
    const client = openai(meter, meter.token());
    const completion = await client.completions.create({ model: 'small', prompt: 'One, two' });
    t.equal(completion.choices[0]?.text, TEXT);
    const { data } = await client.embeddings.create({
      model: 'small',
      input: ['a', 'b'],
      encoding_format: 'float',
    });
    t.same(data[0]?.embedding, [0.5, 0.25]);
    const response = await client.responses.create({ model: 'small', input: 'Say something.' });
    t.equal(response.output_text, TEXT);
    let streamed = '';
    for await (const event of await client.responses.create({
      model: 'small',
      input: messages,
      stream: true,
    }))
      if (event.type === 'response.output_text.delta') streamed += event.delta;
    t.equal(streamed, TEXT);
    t.same(
      (await client.models.list()).data.map(({ id }) => id),
      ['small'],
    );
    t.same(
      meter.settled().map(({ how, output }) => [how, output]),
      [
        ['counted', WORDS],
        ['counted', 0],
        ['counted', WORDS],
        ['counted', WORDS],
      ],
    );
    t.equal(meter.rows().length, 8, 'the list of models is free');
  },
);

t.test(
  "Anthropic's client sends messages, with tools and in a stream, and counts tokens",
  async (t) => {
    const meter = await runningMeter(t);
    const client = forAnthropic(meter);
    const asked = { model: 'big', max_tokens: 2000, messages };
    const tools = [{ name: 'look', input_schema: { type: 'object' as const } }];
    const whole = await client.messages.create({ ...asked, tools });
    t.match(whole.content, [
      { type: 'text', text: TEXT },
      { type: 'tool_use', name: 'look' },
    ]);
    const final = await client.messages.stream(asked).finalMessage();
    t.match(final.content, [{ type: 'text', text: TEXT }]);
    t.equal(final.usage.output_tokens, WORDS);
    t.equal((await client.messages.countTokens({ model: 'big', messages })).input_tokens, 7);
    const [first] = meter.upstream.requests;
    t.equal(first?.headers.authorization, `Bearer ${KEY}`, 'as this client would have sent it');
    t.ok(first?.headers['anthropic-version']);
    t.same(
      meter.settled().map(({ how, output }) => [how, output]),
      [
        ['counted', WORDS],
        ['counted', WORDS],
      ],
    );
  },
);

/** Sends the first events of a stream, and then nothing. */
function halfOf(list: (answering: Parameters<Script>[0]) => readonly (string | object)[]): Script {
  return (answering) => {
    begin(answering.response);
    for (const event of list(answering).slice(0, 3)) answering.response.write(eventText(event));
    return true;
  };
}

t.test('the endpoint sees that a client goes away, and the call counts in full', async (t) => {
  const meter = await runningMeter(t, { script: halfOf(chatEvents) });
  const stream = await openai(meter, meter.token()).chat.completions.create({
    model: 'small',
    messages,
    max_tokens: 3000,
    stream: true,
  });
  for await (const chunk of stream) if (chunk.choices.length > 0) break;
  await until(() => meter.upstream.abandoned === 1 && meter.settled().length === 1);
  t.match(meter.settled(), [{ how: 'unconfirmed' }]);

  meter.upstream.script = halfOf(messageEvents);
  const running = forAnthropic(meter).messages.stream({ model: 'big', max_tokens: 3000, messages });
  for await (const event of running) if (event.type === 'content_block_delta') break;
  running.abort();
  await until(() => meter.upstream.abandoned === 2 && meter.settled().length === 2);
  t.match(meter.settled()[1], { how: 'unconfirmed', tokens: reservedFor(meter, 1) });

  meter.upstream.script = () => true;
  const waiting = new AbortController();
  const asked = openai(meter, meter.token()).chat.completions.create(
    { model: 'small', messages },
    { signal: waiting.signal },
  );
  await until(() => meter.upstream.requests.length === 3);
  waiting.abort();
  await t.rejects(asked);
  await until(() => meter.upstream.abandoned === 3 && meter.settled().length === 3);
  t.match(meter.settled()[2], { how: 'unconfirmed' }, 'also before the answer begins');
});

function reservedFor(meter: RunningMeter, call: number): number {
  return meter.rows().filter((row) => row.kind === 'reserve')[call]?.tokens ?? 0;
}

t.test('errors of the endpoint come back as they were, without the key', async (t) => {
  const meter = await runningMeter(t, {
    script({ response }) {
      response.setHeader('retry-after', '7');
      response.setHeader('set-cookie', 'a=b');
      json(
        response,
        { error: { message: `Slow down, ${KEY}`, type: 'tokens', code: 'rate_limit' } },
        429,
      );
      return true;
    },
  });
  const failed = await openai(meter, meter.token())
    .chat.completions.create({ model: 'small', messages })
    .catch((error: unknown) => error);
  t.ok(failed instanceof OpenAI.RateLimitError);
  const { message, code, headers } = failed as InstanceType<typeof OpenAI.RateLimitError>;
  t.equal(message, '429 Slow down, [key]');
  t.equal(code, 'rate_limit');
  t.equal(headers.get('retry-after'), '7');
  t.equal(headers.get('x-request-id'), 'req-1');
  t.equal(headers.get('set-cookie'), null);
  t.match(meter.settled(), [{ how: 'counted', tokens: 0 }], 'what was refused costs nothing');

  meter.upstream.script = ({ response }) => {
    json(response, { type: 'error', error: { type: 'api_error', message: 'Broken' } }, 500);
    return true;
  };
  const broken = await forAnthropic(meter)
    .messages.create({ model: 'big', max_tokens: 2000, messages })
    .catch((error: unknown) => error);
  t.ok(broken instanceof Anthropic.InternalServerError);
  t.match(meter.settled()[1], { how: 'unconfirmed' }, 'an answer may have been lost');
});
