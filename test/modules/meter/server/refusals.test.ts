import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createServer, type AddressInfo } from 'node:net';
import { request as requestHttp } from 'node:http';
import t from 'tap';
import { stop } from '../../../../src/modules/meter/ledger/stopped.js';
import { closeGrant } from '../../../../src/modules/meter/grant.js';
import { liveMeter, meterDirectory } from '../../../../src/modules/meter/live-meter.js';
import { isUnbilled } from '../../../../src/modules/meter/server/unbilled.js';
import { serveMeter } from '../../../../src/modules/meter/server/serve-meter.js';
import { logRow } from '../../../support/log-row.js';
import { makeWorkspace } from '../../../support/make-workspace.js';
import { SPENDING, spendingPage } from '../spending-place.js';
import { until } from './until.js';
import { KEY, runningMeter, type RunningMeter } from './running-meter.js';
import {
  begin,
  chatEvents,
  eventText,
  events,
  json,
  messageEvents,
  openaiUsage,
  type Script,
} from './upstream.js';

t.setTimeout(120_000);
const messages = [{ role: 'user', content: 'Say something.' }];
type Answer = {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly error: ErrorPart;
};
type ErrorPart = {
  readonly type?: string;
  readonly code?: string;
  readonly message?: string;
  readonly param?: string;
};

async function post(
  { base }: RunningMeter,
  path: string,
  {
    token,
    body,
    headers = {},
  }: { token: string; body: object | string; headers?: Readonly<Record<string, string>> },
): Promise<Answer> {
  const response = await fetch(`${base}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  const text = await response.text();
  const { error = {} } = (text.startsWith('{') ? JSON.parse(text) : {}) as { error?: ErrorPart };
  return { status: response.status, headers: response.headers, text, error };
}
const chat = (meter: RunningMeter, token: string, more: object = {}): Promise<Answer> =>
  post(meter, '/v1/chat/completions', { token, body: { model: 'small', messages, ...more } });

t.test(
  'only the paths of the two protocols are forwarded, and only for a running pass',
  async (t) => {
    const meter = await runningMeter(t);
    const token = meter.token();
    for (const path of [
      '/v1/files',
      '/v1/fine_tuning/jobs',
      '/v1/messages/batches',
      '/v1/models',
      '/',
      '/v1/chat/completions/',
      '/v1/../v1/files',
    ]) {
      const { status, error } = await post(meter, path, { token, body: {} });
      t.equal(status, 404, path);
      t.match(error.message, /does not forward/);
    }
    const open = await fetch(`${meter.base}/v1/chat/completions`, { method: 'POST', body: '{}' });
    t.equal(open.status, 401);
    t.match(await open.json(), { error: { code: 'unknown_token', type: 'authentication_error' } });
    const wrong = await post(meter, '/v1/messages', { token: `${token}x`, body: {} });
    t.equal(wrong.status, 401);
    t.match(JSON.parse(wrong.text), { type: 'error', error: { type: 'authentication_error' } });
    t.equal((await chat(meter, KEY)).status, 401, 'not even for the key');
    t.equal((await chat(meter, token)).status, 200);
    closeGrant(meter.made.workspace.state, 'RUN-20261121-001.worker');
    t.equal((await chat(meter, token)).status, 401, 'when the pass has ended');
    t.equal(meter.upstream.requests.length, 1);
    t.equal(meter.rows().length, 2);
  },
);

t.test('a call that does not fit is refused with 402, in the shape of its protocol', async (t) => {
  const meter = await runningMeter(t);
  const limits = { tokens: 3000 };
  const token = meter.token({ limits });
  t.equal((await chat(meter, token)).status, 200);
  const lowered = meter.upstream.requests[0]?.body['max_tokens'];
  t.ok(Number(lowered) > 1024 && Number(lowered) < 3000, `the limit is lowered to ${lowered}`);
  const refused = await chat(meter, token, {
    messages: [{ role: 'user', content: 'x'.repeat(2000) }],
  });
  t.equal(refused.status, 402);
  t.equal(refused.headers.get('x-nocturne-limit'), 'pass');
  t.match(refused.error, {
    code: 'limit_reached',
    type: 'billing_error',
    message: /limit of the pass is 3000 tokens/,
  });
  const other = await post(meter, '/v1/messages', {
    token: meter.token({ limits: { tokens: 100 }, endpoint: meter.upstream.base }),
    body: { model: 'big', max_tokens: 50, messages },
  });
  t.equal(other.status, 402);
  t.match(JSON.parse(other.text), {
    type: 'error',
    error: { type: 'billing_error', code: 'limit_reached' },
  });
  const priced = await chat(meter, meter.token({ limits: { cost: 1 } }));
  t.equal(priced.headers.get('x-nocturne-limit'), 'unpriced');
  t.equal(meter.upstream.requests.length, 1, 'nothing of this has left');
});

t.test('what the owner stops ends at once', async (t) => {
  const meter = await runningMeter(t, {
    script(answering) {
      begin(answering.response);
      for (const event of chatEvents(answering).slice(0, 2))
        answering.response.write(eventText(event));
      return true;
    },
  });
  const running = chat(meter, meter.token(), { stream: true });
  await until(() => meter.upstream.requests.length === 1);
  stop(meterDirectory(meter.made.workspace.state), {
    since: '2026-11-21T01:30:00Z',
    until: '2026-11-22T11:00:00Z',
  });
  await t.rejects(running);
  t.match(meter.settled(), [{ how: 'unconfirmed' }]);
  t.equal((await chat(meter, meter.token())).headers.get('x-nocturne-limit'), 'stopped');
});

t.test('what cannot be bounded is refused, with the field that is to blame', async (t) => {
  const meter = await runningMeter(t);
  const token = meter.token();
  const refused = await chat(meter, token, { web_search_options: {} });
  t.equal(refused.status, 400);
  t.match(refused.error, {
    code: 'not_bounded',
    param: 'web_search_options',
    message: /cannot bound/,
  });
  const broken = await post(meter, '/v1/chat/completions', { token, body: '{"model": ' });
  t.match([broken.status, broken.error.code], [400, 'bad_request']);
  const large = await post(meter, '/v1/messages', {
    token,
    body: `"${'x'.repeat(33 * 1024 * 1024)}"`,
  });
  t.equal(large.status, 413);
  t.equal(meter.upstream.requests.length, 0);
  t.same(meter.rows(), []);
});

t.test('a parameter that nobody knows is left out, and the ledger says so', async (t) => {
  const meter = await runningMeter(t);
  const more = { temperature: 0.5, num_answers: 8, search: true };
  t.equal((await chat(meter, meter.token(), more)).status, 200);
  const { body = {} } = meter.upstream.requests[0] ?? {};
  t.match(body, { temperature: 0.5, messages });
  t.notOk('num_answers' in body || 'search' in body);
  t.match(meter.rows()[0], { note: 'left out: num_answers, search' });
});

t.test('a key that the meter does not have is named', async (t) => {
  const meter = await runningMeter(t);
  const { status, error } = await chat(meter, meter.token({ apiKeyEnv: 'OTHER_KEY' }));
  t.match([status, error.code, error.message], [401, 'no_key', /has no OTHER_KEY/]);
  t.equal((await chat(meter, meter.token({ apiKeyEnv: '' }))).status, 200);
  t.equal(meter.upstream.requests[0]?.headers.authorization, undefined);
});

t.test('a call that never left costs nothing', async (t) => {
  const meter = await runningMeter(t);
  const free = createServer();
  await new Promise<void>((resolve) => free.listen(0, '127.0.0.1', resolve));
  const { port } = free.address() as AddressInfo;
  await new Promise((resolve) => free.close(resolve));
  const { status, error } = await chat(
    meter,
    meter.token({ endpoint: `http://127.0.0.1:${port}/v1` }),
  );
  t.match([status, error.code, error.message], [502, 'upstream_unreachable', /ECONNREFUSED/]);
  t.match(meter.settled(), [{ how: 'not-sent', tokens: 0 }]);
});

const answers =
  (status: number, body: object = {}): Script =>
  ({ response }) => {
    json(response, body, status);
    return true;
  };

/** How an answer goes wrong, and how its call is settled. */
const FAULTS: readonly (readonly [that: string, script: Script, status: number, how: string])[] = [
  ['hangs up', ({ response }) => Boolean(response.destroy()), 502, 'unconfirmed'],
  ['says nothing', () => true, 504, 'unconfirmed'],
  [
    'stops in the middle',
    ({ response }) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.write('{"choices": [');
      return true;
    },
    502,
    'unconfirmed',
  ],
  ['is too busy', answers(503), 503, 'counted'],
  ['is overloaded', answers(529), 529, 'counted'],
  ['fails', answers(502), 502, 'unconfirmed'],
  ['knows no such model', answers(404), 404, 'counted'],
  ['finds the request malformed', answers(400), 400, 'counted'],
  [
    'filters the prompt',
    answers(400, { error: { message: 'no', code: 'content_filter' } }),
    400,
    'unconfirmed',
  ],
  ['gives up while it works', answers(408), 408, 'unconfirmed'],
  ['has seen the client go away', answers(499), 499, 'unconfirmed'],
  ['answers no JSON', ({ response }) => Boolean(response.end('<html>')), 200, 'unconfirmed'],
];

for (const [that, script, status, how] of FAULTS)
  t.test(`an endpoint that ${that}`, async (t) => {
    const meter = await runningMeter(t, {
      script,
      meter: { patience: { connectMs: 5000, idleMs: 300 } },
    });
    const answer = await chat(meter, meter.token());
    t.equal(answer.status, status, answer.text);
    t.match(meter.settled(), [{ how, ...(how === 'counted' ? { tokens: 0 } : {}) }]);
  });

t.test('an endpoint of Azure bills what it read of a bad request', async (t) => {
  const bills = (host: string, status = 400): boolean => !isUnbilled({ status, host, body: {} });
  t.ok(bills('desk.openai.azure.com'));
  t.notOk(bills('desk.openai.azure.com', 429));
  t.notOk(bills('azure.com.example.org'));
});

const usageWith =
  (more: object): Script =>
  ({ seen, response, usage }) => {
    const choices = [
      { index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'Words.' } },
    ];
    json(response, {
      id: 'c',
      model: seen.body['model'],
      choices,
      usage: { ...openaiUsage(usage), ...more },
    });
    return true;
  };
const UNBELIEVABLE: readonly (readonly [that: string, script: Script])[] = [
  ['is missing', answers(200, { choices: [] })],
  ['is negative', usageWith({ completion_tokens: -5 })],
  ['is not whole', usageWith({ completion_tokens: 1.5 })],
  ['is text', usageWith({ prompt_tokens: '12' })],
  ['does not add up', usageWith({ total_tokens: 1 })],
  ['has no input', usageWith({ prompt_tokens: 0, total_tokens: 12 })],
  ['has no output for an answer', usageWith({ completion_tokens: 0, total_tokens: undefined })],
];
for (const [that, script] of UNBELIEVABLE)
  t.test(`usage that ${that} counts in full`, async (t) => {
    const meter = await runningMeter(t, { script });
    t.equal((await chat(meter, meter.token())).status, 200);
    const [reserve, settle] = meter.rows();
    t.match(settle, { how: 'unconfirmed', tokens: reserve?.tokens });
  });

t.test('usage above what was possible is counted, and named', async (t) => {
  const meter = await runningMeter(t, {
    script: usageWith({ completion_tokens: 90_000, total_tokens: undefined }),
  });
  await chat(meter, meter.token());
  const [settle] = meter.settled();
  t.match(settle, { how: 'counted', output: 90_000 });
  t.ok((settle?.over?.tokens ?? 0) > 70_000);
});

t.test('thoughts that only the total counts are counted', async (t) => {
  const meter = await runningMeter(t, {
    script: usageWith({ prompt_tokens: 30, completion_tokens: 10, total_tokens: 100 }),
  });
  await chat(meter, meter.token());
  t.match(meter.settled(), [{ how: 'counted', input: 30, output: 70 }]);
});

t.test('usage that shrinks during a stream counts in full', async (t) => {
  const meter = await runningMeter(t, {
    script(answering) {
      const list = messageEvents(answering).map((event) =>
        typeof event === 'object' && 'type' in event && event.type === 'message_delta'
          ? { ...event, usage: { output_tokens: 0 } }
          : event,
      );
      events(answering.response, list);
      return true;
    },
  });
  const token = meter.token({ endpoint: meter.upstream.base });
  const { text } = await post(meter, '/v1/messages', {
    token,
    body: { model: 'big', max_tokens: 2000, messages, stream: true },
  });
  t.match(text, /message_stop/);
  t.match(meter.settled(), [{ how: 'unconfirmed' }]);
});

t.test('usage that arrived before the connection broke is counted', async (t) => {
  const meter = await runningMeter(t, {
    script(answering) {
      begin(answering.response);
      const list = chatEvents(answering);
      for (const event of list.slice(0, -1)) answering.response.write(eventText(event));
      answering.response.write('data: [DO', () => answering.response.destroy());
      return true;
    },
  });
  await t.rejects(
    chat(meter, meter.token(), { stream: true }),
    'the client sees that the answer is cut',
  );
  t.match(meter.settled(), [{ how: 'counted', output: 12 }]);
});

t.test('the socket serves the same as the port', async (t) => {
  const meter = await runningMeter(t);
  const status = await new Promise<number | undefined>((resolve, reject) => {
    const body = JSON.stringify({ model: 'small', messages });
    const headers = {
      authorization: `Bearer ${meter.token()}`,
      'content-type': 'application/json',
    };
    requestHttp(
      { socketPath: meter.socket, path: '/v1/chat/completions', method: 'POST', headers },
      (response) => {
        response.resume();
        resolve(response.statusCode);
      },
    )
      .on('error', reject)
      .end(body);
  });
  t.equal(status, 200);
});

t.test('the agent is told once that most of a limit is used', async (t) => {
  const meter = await runningMeter(t);
  const token = meter.token({ limits: { tokens: 20_000 } });
  const hungry: Script = usageWith({ prompt_tokens: 9_000, total_tokens: undefined });
  const lastOf = (call: number): string => {
    const list = meter.upstream.requests[call]?.body['messages'] as { content: string }[];
    return list.at(-1)?.content ?? '';
  };
  meter.upstream.script = hungry;
  for (let call = 0; call < 2; call++) await chat(meter, token, { max_tokens: 1024 });
  meter.upstream.script = () => false;
  t.equal(lastOf(1), 'Say something.', 'at 45 %');
  const afterTool = [
    ...messages,
    {
      role: 'assistant',
      tool_calls: [{ id: 'a', type: 'function', function: { name: 'look', arguments: '{}' } }],
    },
    { role: 'tool', tool_call_id: 'a', content: 'Seen.' },
  ];
  const told = await chat(meter, token, { messages: afterTool, max_tokens: 10 });
  t.equal(told.status, 200, told.text);
  t.match(lastOf(2), /^Seen\.\n\n\[Nocturne: 90 % of what this pass may use \(tokens\) is used\./);
  t.equal((await chat(meter, token, { max_tokens: 10 })).status, 200);
  t.equal(lastOf(3), 'Say something.', 'and not again');
});

t.test('an agent whose request the endpoint turned away is told with the next one', async (t) => {
  const meter = await runningMeter(t);
  const token = meter.token({ limits: { tokens: 20_000 } });
  meter.upstream.script = usageWith({ prompt_tokens: 17_000, total_tokens: undefined });
  await chat(meter, token, { max_tokens: 10 });
  meter.upstream.script = ({ response }) => {
    response.writeHead(429, { 'content-type': 'application/json' }).end('{}');
    return true;
  };
  t.equal((await chat(meter, token, { max_tokens: 10 })).status, 429);
  meter.upstream.script = () => false;
  t.equal((await chat(meter, token, { max_tokens: 10 })).status, 200);
  t.match(meter.upstream.requests[2]?.text, /Nocturne: 8\d %/);
});

t.test('a meter that cannot go on leaves nothing that listens', async (t) => {
  const made = makeWorkspace(t.testdir());
  let port = 0;
  const failing = serveMeter({
    workspace: made.workspace,
    env: {},
    signal: new AbortController().signal,
    say: () => undefined,
    ready: (address) => {
      port = address.port;
      throw new Error('no more');
    },
  });
  await t.rejects(failing, { message: 'no more' });
  await t.rejects(fetch(`http://127.0.0.1:${port}/v1/models`));
  t.equal(liveMeter(made.workspace.state), undefined);
});

t.test('what a worker used without the meter counts, also after its judge used it', async (t) => {
  const limits = ['| night | - | 10000 | - | - |'];
  const meter = await runningMeter(t, {
    make: { files: { [SPENDING]: spendingPage({ limits }) } },
  });
  const { root } = meter.made;
  const [runId, time] = ['RUN-20261121-001', '2026-11-21T01:10:00Z'];
  const add = (log: string, cells: Readonly<Record<string, string | number>>): void => {
    const path = join(root, log);
    appendFileSync(
      path,
      logRow(readFileSync(path, 'utf8'), { run_id: runId, chain: 'x', ...cells }),
    );
  };
  const done = { time, result: 'ok', actor: 'worker' };
  add('audit/AUDIT-LOG.md', {
    ...done,
    seq: 900,
    step: 'T2.5',
    type: 'budget',
    target: 'standard',
  });
  add('audit/AUDIT-LOG.md', { ...done, seq: 901, step: 'T4', type: 'brief', target: 'pages' });
  add('audit/SESSION-REGISTRY.md', {
    ...{ role: 'worker', runner: 'login', model: 'm', tokens_in: 9000, tokens_out: 10, cost: 0 },
    ...{ started: time, ended: time, integrity: 'pass', project: 'pages', outcome: 'ok' },
    grade: 'STRONG',
  });
  const judge = meter.token({ runId, use: 'grader' });
  const refused = await chat(meter, judge, { max_tokens: 1024 });
  t.equal(refused.status, 402, refused.text);
  t.equal(refused.headers.get('x-nocturne-limit-used'), '9010');
});
