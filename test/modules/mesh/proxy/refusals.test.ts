/** What a client sees when a model of another node is not to be had, and what never leaves. */
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import OpenAI, { type APIError } from 'openai';
import t from 'tap';
import { KEY } from '../../meter/server/running-meter.js';
import { editPage, meshRows } from '../calls/calling-mesh.js';
import { NO_SERVER } from '../nats-server.js';
import { type ModelMesh, modelMesh } from './model-mesh.js';

t.setTimeout(120_000);
const messages = [{ role: 'user' as const, content: 'Say something.' }];

/** The status and the message of the error. */
async function refusal(
  { base }: ModelMesh,
  apiKey: string,
  model = 'small',
): Promise<Pick<APIError, 'status' | 'message'>> {
  const client = new OpenAI({ baseURL: `${base}/v1`, apiKey, maxRetries: 0 });
  try {
    await client.chat.completions.create({ model, messages });
  } catch (error) {
    const { status, message } = error as APIError;
    return { status, message };
  }
  throw new Error('it was answered');
}

t.test('a node without the word gets no model', { skip: NO_SERVER }, async (t) => {
  const mesh = await modelMesh(t, { may: 'search' });
  const { status, message } = await refusal(mesh, mesh.token());
  t.equal(status, 403);
  t.match(message, /laptop may not use the models here/);
  t.match(meshRows(mesh.gpu.place), [{ event: 'call-refused', node: 'laptop' }]);
  t.equal(mesh.upstream.requests.length, 0);
  t.match(
    mesh.rows(mesh.laptop).at(-1),
    { kind: 'settle', input: 0, output: 0 },
    'it costs nothing',
  );
});

t.test('a model that is not to be had is told apart', { skip: NO_SERVER }, async (t) => {
  const mesh = await modelMesh(t);
  t.match(await refusal(mesh, mesh.token(), 'huge'), {
    status: 503,
    message: /gpu does not have the model huge/,
  });
  t.match(await refusal(mesh, mesh.token({ endpoint: 'mesh://nobody' })), {
    status: 503,
    message: /nobody is not a node of this mesh/,
  });
  t.match(await refusal(mesh, mesh.token({ endpoint: 'mesh://tags:tiny' })), { status: 503 });
  const runners = join(mesh.gpu.place.root, 'orchestration-os/RUNNERS.md');
  const signed = readFileSync(runners, 'utf8');
  writeFileSync(runners, signed.replace(mesh.upstream.endpoint, 'http://127.0.0.1:1/v1'));
  t.match(
    await refusal(mesh, mesh.token()),
    { status: 403, message: /there is no model small here/ },
    'a page that is not signed sends no key anywhere',
  );
  writeFileSync(runners, signed);
  await mesh.laptop.end();
  t.match(await refusal(mesh, mesh.token()), {
    status: 502,
    message: /Nothing serves mesh:\/\/gpu now/,
  });
});

t.test('the limits of both owners hold', { skip: NO_SERVER }, async (t) => {
  const mesh = await modelMesh(t, { limits: ['| month | - | 10 | - | - |'] });
  const far = await refusal(mesh, mesh.token());
  t.match(far, { status: 402, message: /limit of the month is 10 tokens/ });
  const near = await refusal(mesh, mesh.token({ tokens: 5 }));
  t.match(near, { status: 402, message: /limit of the pass is 5 tokens/ });
  t.equal(mesh.upstream.requests.length, 0);
});

t.test('a key never leaves its machine', { skip: NO_SERVER }, async (t) => {
  const mesh = await modelMesh(t, {
    script({ seen, response }) {
      response.writeHead(400, { 'content-type': 'application/json', 'x-request-id': KEY });
      response.end(JSON.stringify({ error: { message: `wrong: ${seen.headers.authorization}` } }));
      return true;
    },
  });
  const sent: string[] = [];
  const { connection } = mesh.laptop.live;
  connection.subscribe('mesh.to.laptop.>', {
    callback: (_, message) => void sent.push(message.string()),
  });
  const { message } = await refusal(mesh, mesh.token());
  t.match(message, /wrong: Bearer \[key\]/);
  t.ok(sent.length > 0);
  const plain = sent.map((text) => Buffer.from(text.split('.')[1] ?? '', 'base64url').toString());
  t.notOk(plain.some((text) => text.includes(KEY)));
  t.notOk(filesBelow(mesh.laptop.place.home).some((path) => readFileSync(path).includes(KEY)));
});

t.test('a word that is taken back counts at once', { skip: NO_SERVER }, async (t) => {
  const mesh = await modelMesh(t);
  const client = new OpenAI({ baseURL: `${mesh.base}/v1`, apiKey: mesh.token(), maxRetries: 0 });
  await client.chat.completions.create({ model: 'small', messages });
  editPage(mesh.gpu.place, (text) => text.replace('| models |', '| mail |'));
  t.match(await refusal(mesh, mesh.token()), { status: 403 });
});

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true })
    .map((name) => join(folder, String(name)))
    .filter((path) => statSync(path).isFile());
}

t.test('what is asked for is the model that the endpoint sees', { skip: NO_SERVER }, async (t) => {
  const { laptop, upstream } = await modelMesh(t);
  const outcome = await laptop.calls.ask('gpu', {
    kind: 'model',
    body: {
      ...{ method: 'POST', path: '/v1/chat/completions', query: '', model: 'small', headers: {} },
      text: JSON.stringify({ model: 'huge', messages }),
    },
    idleMs: 10_000,
    totalMs: 20_000,
  });
  t.match(outcome, { kind: 'refused', code: 'not-found', why: /no model huge here/ });
  t.equal(upstream.requests.length, 0);
});
