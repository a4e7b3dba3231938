/** Real clients stream through two hops: a meter, the mesh, the meter of the node with the model. */
import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import t from 'tap';
import { KEY } from '../../meter/server/running-meter.js';
import { begin, chatEvents, eventText, WORDS } from '../../meter/server/upstream.js';
import { until } from '../calls/calling-mesh.js';
import { NO_SERVER } from '../nats-server.js';
import { type ModelMesh, modelMesh } from './model-mesh.js';

t.setTimeout(120_000);
const TEXT = Array.from({ length: WORDS }, (_, i) => `word${i} `).join('');
const messages = [{ role: 'user' as const, content: 'Say something.' }];

function openai({ base }: ModelMesh, apiKey: string): OpenAI {
  return new OpenAI({ baseURL: `${base}/v1`, apiKey, maxRetries: 0 });
}

t.test("OpenAI's client streams through two hops", { skip: NO_SERVER }, async (t) => {
  const mesh = await modelMesh(t);
  const client = openai(mesh, mesh.token());
  let streamed = '';
  let chunks = 0;
  const stream = await client.chat.completions.create({ model: 'small', messages, stream: true });
  for await (const chunk of stream) {
    streamed += chunk.choices[0]?.delta.content ?? '';
    chunks += 1;
  }
  t.equal(streamed, TEXT);
  t.equal(chunks, WORDS + 1);
  const [seen] = mesh.upstream.requests;
  t.equal(seen?.headers.authorization, `Bearer ${KEY}`, 'only the far meter adds the key');
  for (const node of [mesh.laptop, mesh.gpu])
    t.match(
      mesh.rows(node),
      [
        { kind: 'reserve', model: 'small' },
        { kind: 'settle', how: 'counted', output: WORDS },
      ],
      'counted on both sides',
    );
  t.match(mesh.rows(mesh.laptop)[0], { runId: 'RUN-20261121-001', runner: 'far' });
  t.match(mesh.rows(mesh.gpu)[0], { runId: 'MESH-laptop.boxed', runner: 'boxed' });

  const whole = await client.chat.completions.create({ model: 'small', messages });
  t.equal(whole.choices[0]?.message.content, TEXT);
  const long = 'A long conversation — ünïcödé 🌙. '.repeat(20_000);
  const answer = await client.responses.create({ model: 'small', input: long });
  t.equal(answer.output_text, TEXT);
  t.match(mesh.upstream.requests.at(-1)?.text, new RegExp(`${'— ünïcödé 🌙'}`), 'in parts, whole');
  t.equal(mesh.upstream.requests.at(-1)?.body['input'], long);
  const vector = await client.embeddings.create({
    model: 'small',
    input: 'text',
    encoding_format: 'float',
  });
  t.same(vector.data[0]?.embedding, [0.5, 0.25]);
  const { data } = await client.models.list();
  t.match(data.map(({ id }) => id).includes('small'), true);
});

t.test("Anthropic's client streams through two hops", { skip: NO_SERVER }, async (t) => {
  const mesh = await modelMesh(t);
  const client = new Anthropic({ baseURL: mesh.base, apiKey: mesh.token(), maxRetries: 0 });
  const stream = client.messages.stream({ model: 'small', max_tokens: 100, messages });
  let streamed = '';
  stream.on('text', (text) => (streamed += text));
  const message = await stream.finalMessage();
  t.equal(streamed, TEXT);
  t.equal(message.usage.output_tokens, WORDS);
  t.equal(mesh.upstream.requests[0]?.headers['x-api-key'], KEY);
  for (const node of [mesh.laptop, mesh.gpu])
    t.match(mesh.rows(node).at(-1), { kind: 'settle', how: 'counted', output: WORDS });
});

t.test('a client that goes away ends the request at the model', { skip: NO_SERVER }, async (t) => {
  const mesh = await modelMesh(t, {
    script(answering) {
      begin(answering.response);
      for (const event of chatEvents(answering).slice(0, 3))
        answering.response.write(eventText(event));
      return true;
    },
  });
  const client = openai(mesh, mesh.token());
  const stream = await client.chat.completions.create({ model: 'small', messages, stream: true });
  for await (const chunk of stream) if (chunk.choices[0]?.delta.content === 'word2 ') break;
  stream.controller.abort();
  await until(() => mesh.upstream.abandoned === 1);
  await until(() => mesh.rows(mesh.gpu).length === 2 && mesh.rows(mesh.laptop).length === 2);
  for (const node of [mesh.laptop, mesh.gpu])
    t.match(mesh.rows(node)[1], { how: 'unconfirmed' }, 'what arrived until then counts in full');
});
