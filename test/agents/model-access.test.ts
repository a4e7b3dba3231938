/**
 * Programs that reach their model without a key, in every kind of sandbox: through the forwarder
 * where there is no network, and nothing else is reached.
 */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import { commandRunner } from '../../src/agents/command-runner.js';
import type { ProcessLimits } from '../../src/agents/process-group.js';
import type { RunEvent, RunInput } from '../../src/agents/types.js';
import { type TinyMeter, tinyMeter } from '../support/tiny-meter.js';
import { AGENT, commandSpec, sampleInput } from './sample-run.js';
import { box, type Box, PATH } from './sandbox-box.js';

t.setTimeout(180_000);

const CLIENT = fileURLToPath(new URL('./fixtures/model-client.js', import.meta.url));
const HOSTILE = fileURLToPath(new URL('./fixtures/hostile-client.js', import.meta.url));
const PACKAGES = fileURLToPath(new URL('../../../node_modules', import.meta.url));
const FIXTURES = fileURLToPath(new URL('./fixtures', import.meta.url));

const KEY = 'sk-live-key-of-the-owner-4711';

const place = (t: Test, settings: Parameters<typeof box>[1] = {}): Promise<Box> =>
  box(t, { read: [PACKAGES, FIXTURES], ...settings });

type Started = { readonly program: string; readonly args: readonly string[] };
const node = (file: string, ...args: readonly string[]): Started => ({
  program: process.execPath,
  args: [file, ...args],
});

function run(
  at: Box,
  meter: TinyMeter,
  started: Started,
  more: {
    readonly limits?: Partial<ProcessLimits>;
    readonly input?: Partial<RunInput>;
    readonly isBoxed?: boolean;
  } = {},
) {
  const input = sampleInput({
    spec: { ...commandSpec(), ...started, keys: ['MODEL_KEY'], passEnv: ['MODEL_KEY', 'COPY'] },
    cwd: at.outputs,
    access: meter.access,
    ...more.input,
  });
  return commandRunner({
    host: { PATH, HOME: at.home, LANG: 'C.UTF-8', MODEL_KEY: KEY, COPY: `again ${KEY}` },
    limits: { lookEveryMs: 10, graceMs: 2000, ...more.limits },
  }).run({
    ...input,
    workspaceRoot: at.workspace,
    ...(more.isBoxed === false ? {} : { sandbox: at.sandbox }),
  });
}

const greet = (socket: Socket): void => void socket.on('error', () => undefined).end('hello');
const inBash = (script: string): Started => ({ program: 'bash', args: ['-c', script] });

for (const mode of ['strict', 'workspace', 'off'] as const)
  t.test(
    `the clients of both protocols reach the model, streaming and not, with sandbox ${mode}`,
    async (t) => {
      const meter = await tinyMeter(t);
      const at = await place(t, mode === 'off' ? {} : { mode });
      const { tail, detail } = await run(at, meter, node(CLIENT, 'both'), {
        isBoxed: mode !== 'off',
      });
      t.match(
        tail,
        '{"chat":"Hello you","chatStream":"Hello you","message":{"type":"text","text":"Hello you"},"messageStream":"Hello you"}',
        detail,
      );
      t.same(meter.asked, [
        'POST /v1/chat/completions',
        'POST /v1/chat/completions',
        'POST /v1/messages',
        'POST /v1/messages',
      ]);
    },
  );

t.test('a client that goes away is seen to go away behind the forwarder', async (t) => {
  const meter = await tinyMeter(t);
  const at = await place(t);
  t.match((await run(at, meter, node(CLIENT, 'abort'))).tail, '{"first":"first "}');
  t.same(meter.abandoned, ['/v1/chat/completions']);
});

t.test('a server that starts again is reached by a program that was there before', async (t) => {
  const meter = await tinyMeter(t);
  const at = await place(t);
  let restarted: Promise<void> | undefined;
  const on = (event: RunEvent): void => {
    if (event.kind === 'output') restarted ??= meter.restart();
  };
  t.match((await run(at, meter, node(CLIENT, 'again'), { input: { on } })).tail, '{"back":true}');
  await restarted;
});

t.test('a program keeps its exit code, its input, its signals and its processes', async (t) => {
  const meter = await tinyMeter(t);
  const at = await place(t);
  t.match(await run(at, meter, node(AGENT, 'exit', '77')), { failure: 'auth-required' });
  t.match(await run(at, meter, node(AGENT, 'signal')), { detail: /exited with code 139/ });
  t.match((await run(at, meter, node(AGENT, 'echo'))).tail, /^Do the work\.\n/);
  const tidy = new AbortController();
  const onOutput = (event: RunEvent): void => {
    if (event.kind === 'output') tidy.abort();
  };
  const told = await run(at, meter, node(AGENT, 'count-sigterm'), {
    input: { signal: tidy.signal, on: onOutput },
  });
  t.match(told, { failure: 'cancelled', tail: /told 1 time\n/ }, 'once, and waited for');
  const left = inBash('setsid sleep 300 & setsid sleep 300 & echo started');
  const { detail } = await run(at, meter, left);
  t.notMatch(detail, /behind|could not be ended/, 'what it left ended with the sandbox');
});

t.test('under strict, nothing but the model is reached', async (t) => {
  const meter = await tinyMeter(t);
  const at = await place(t);
  const name = `\0nocturne-test-${process.pid}`;
  const other = createServer(greet);
  const abstract = createServer(greet);
  await Promise.all([
    once(other.listen(0, '127.0.0.1'), 'listening'),
    once(abstract.listen(name), 'listening'),
  ]);
  t.teardown(() => void [other.close(), abstract.close()]);
  const { port } = other.address() as AddressInfo;
  const words = [String(port), name.slice(1), at.home, String(process.pid)];
  const { tail, detail } = await run(at, meter, node(HOSTILE, ...words));
  t.same(
    JSON.parse(tail),
    {
      model: 200,
      otherPath: 404,
      withoutToken: 401,
      otherPort: 'ECONNREFUSED',
      outside: 'ENETUNREACH',
      name: 'EAI_AGAIN',
      abstract: 'ECONNREFUSED',
      state: 'ENOENT',
      parent: 'ENOENT',
      sockets: ['socket'],
      remove: 'EROFS',
      take: 'EADDRINUSE',
    },
    detail,
  );
  const outside = await run(at, meter, node(HOSTILE, ...words), { isBoxed: false });
  t.match(
    JSON.parse(outside.tail),
    { otherPort: 'connected', abstract: 'connected', state: 'done' },
    'without the sandbox it reaches them',
  );
});
