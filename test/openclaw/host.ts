/**
 * The real OpenClaw under a HOME of its own: its configuration, its gateway on loopback, its
 * program.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { delimiter, dirname, join } from 'node:path';
import { execa } from 'execa';

const TOKEN = 'only-for-this-test';
const READY_MS = 180_000;
const STOP_MS = 60_000;

export type Ran = {
  readonly exit: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
};
export type Host = {
  readonly home: string;
  /** The host's configuration file. */
  readonly config: string;
  readonly env: Readonly<Record<string, string>>;
  /** A small program in PATH that starts OpenClaw with the Node that it needs. */
  readonly program: string;
  openclaw(args: readonly string[], options?: { readonly timeoutMs?: number }): Promise<Ran>;
  /** A method of the gateway, over HTTP: much quicker than its program. */
  ask(method: string, params: object): Promise<unknown>;
  /** Resolves when the gateway answers that it is ready. */
  start(): Promise<void>;
  stop(): Promise<void>;
  log(): string;
};

/**
 * @param at.directory a folder of the test's own: `home` and `bin` are made in it. @param at.bin
 * programs that the gateway finds in its PATH.
 */
export async function makeHost(at: {
  readonly directory: string;
  readonly workspace: string;
  readonly modelPort: number;
  readonly bin?: string;
}): Promise<Host> {
  const [node, script] = [process.env['NOCTURNE_TEST_NODE'], process.env['NOCTURNE_TEST_OPENCLAW']];
  if (node === undefined || script === undefined)
    throw new Error('start this by npm run test:openclaw');
  const [home, bin] = [join(at.directory, 'home'), join(at.directory, 'bin')];
  for (const folder of [join(home, '.openclaw'), join(home, 'tmp'), bin])
    mkdirSync(folder, { recursive: true });
  const port = await freePort();
  const program = join(bin, 'openclaw');
  writeFileSync(
    program,
    `#!/bin/sh\nPATH="${dirname(node)}:$PATH" exec "${node}" "${script}" "$@"\n`,
    { mode: 0o755 },
  );
  const config = join(home, '.openclaw/openclaw.json');
  const logs = join(at.directory, 'gateway.log');
  writeFileSync(
    config,
    JSON.stringify(
      configuration({
        port,
        workspace: at.workspace,
        modelPort: at.modelPort,
        log: join(at.directory, 'openclaw.log'),
      }),
      undefined,
      2,
    ),
  );
  const env = {
    PATH: [
      ...(at.bin === undefined ? [] : [at.bin]),
      bin,
      dirname(process.execPath),
      '/usr/local/bin',
      '/usr/bin',
      '/bin',
    ].join(delimiter),
    HOME: home,
    TMPDIR: join(home, 'tmp'),
    LANG: 'C.UTF-8',
    OPENCLAW_GATEWAY_TOKEN: TOKEN,
    OPENCLAW_NO_AUTO_UPDATE: '1',
    OPENCLAW_SKIP_CHANNELS: '1',
    DO_NOT_TRACK: '1',
    CI: '1',
    NO_COLOR: '1',
  };
  let gateway: Gateway | undefined;
  return {
    home,
    config,
    env,
    program,
    async openclaw(args, { timeoutMs = 120_000 } = {}) {
      const { exitCode, stdout, stderr } = await execa(program, [...args], {
        env,
        extendEnv: false,
        reject: false,
        timeout: timeoutMs,
        stdin: 'ignore',
      });
      return { exit: exitCode, stdout: String(stdout), stderr: String(stderr) };
    },
    ask: (method, params) => askGateway(port, method, params),
    async start() {
      gateway = gatewayProcess({ program, env, logs });
      await ready(port, gateway, logs);
    },
    async stop() {
      if (gateway === undefined) return;
      gateway.kill('SIGTERM');
      await gateway;
      gateway = undefined;
    },
    log: () => readFileSync(logs, 'utf8'),
  };
}

type Answer =
  | { readonly ok: true; readonly payload: unknown }
  | { readonly ok: false; readonly error: { readonly retryAfterMs?: number } };

/** The host takes so many writes a minute, and says how long to wait for the next. */
async function askGateway(port: number, method: string, params: object): Promise<unknown> {
  const response = await fetch(`http://127.0.0.1:${port}/api/v1/admin/rpc`, {
    method: 'POST',
    headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
    body: JSON.stringify({ method, params }),
  });
  const answer = (await response.json()) as Answer;
  if (answer.ok) return answer.payload;
  const { retryAfterMs } = answer.error;
  if (retryAfterMs === undefined) throw new Error(`${method}: ${JSON.stringify(answer)}`);
  await new Promise((resolve) => setTimeout(resolve, retryAfterMs));
  return askGateway(port, method, params);
}

type Gateway = ReturnType<typeof gatewayProcess>;

function gatewayProcess({
  program,
  env,
  logs,
}: {
  readonly program: string;
  readonly env: Readonly<Record<string, string>>;
  readonly logs: string;
}) {
  const out = { file: logs, append: true };
  return execa(program, ['gateway', 'run'], {
    env: { ...env },
    extendEnv: false,
    reject: false,
    buffer: false,
    stdin: 'ignore',
    stdout: out,
    stderr: out,
    forceKillAfterDelay: STOP_MS,
  });
}

async function ready(port: number, gateway: Gateway, logs: string): Promise<void> {
  let ended = false;
  void gateway.then(() => {
    ended = true;
  });
  for (const until = Date.now() + READY_MS; Date.now() < until; ) {
    if (ended) throw new Error(`the gateway ended: ${readFileSync(logs, 'utf8').slice(-2000)}`);
    const answer = await fetch(`http://127.0.0.1:${port}/readyz`).then(
      (response) => response.json() as Promise<{ readonly ready?: boolean }>,
      () => undefined,
    );
    if (answer?.ready === true) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(
    `the gateway was not ready after ${READY_MS / 1000} s: ${readFileSync(logs, 'utf8').slice(-2000)}`,
  );
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/**
 * No traffic but to the model: what the host asks of the network by itself is turned off where it
 * can be.
 */
function configuration(at: {
  readonly port: number;
  readonly workspace: string;
  readonly modelPort: number;
  readonly log: string;
}): object {
  const cost = { input: 1, output: 1, cacheRead: 0, cacheWrite: 0 };
  return {
    gateway: {
      mode: 'local',
      bind: 'loopback',
      port: at.port,
      auth: { mode: 'token', token: TOKEN },
      controlUi: { enabled: false },
    },
    logging: { file: at.log },
    update: { checkOnStart: false },
    telemetry: { enabled: false },
    discovery: { mdns: { mode: 'off' } },
    agents: {
      defaults: {
        workspace: at.workspace,
        skipBootstrap: true,
        skills: [],
        model: { primary: 'scripted/scripted-1' },
        heartbeat: { every: '0m' },
      },
    },
    tools: { toolSearch: false, profile: 'coding' },
    skills: { workshop: { autonomous: { mode: 'off' } } },
    models: {
      mode: 'replace',
      catalogRefresh: { enabled: false },
      providers: {
        scripted: {
          baseUrl: `http://127.0.0.1:${at.modelPort}/v1`,
          apiKey: 'none',
          api: 'openai-completions',
          models: [
            {
              id: 'scripted-1',
              name: 'Scripted',
              reasoning: false,
              input: ['text'],
              cost,
              contextWindow: 128_000,
              maxTokens: 4096,
            },
          ],
        },
      },
    },
    plugins: { slots: { memory: 'none' }, entries: { 'admin-http-rpc': { enabled: true } } },
  };
}
