import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { aborted } from '../../src/kernel/aborted.js';
import { runServices, runServicesWhenFree } from '../../src/passes/modules/run-services.js';
import { serviceHealth } from '../../src/passes/modules/service-health.js';
import type { PassModule, Service } from '../../src/passes/module.js';
import type { PassEnvironment } from '../../src/passes/types.js';
import { ownIdentity } from '../../src/workspace/process-identity.js';
import { makeWorkspace, type MadeWorkspace } from '../support/make-workspace.js';
import { callCommand } from '../surfaces/cli/run-cli.js';

t.setTimeout(120_000);
const BIN = fileURLToPath(new URL('../../../bin/nocturne.cjs', import.meta.url));

type Serving = {
  readonly made: MadeWorkspace;
  readonly env: PassEnvironment;
  readonly waits: number[];
  readonly end: AbortController;
};

/** Each service belongs to a module that the shipped R8 enables. */
function serving(directory: string, services: readonly Service[]): Serving {
  const made = makeWorkspace(directory);
  const enabled = made.workspace.snapshot().schema.modules.filter((row) => row.enabled);
  const modules = services.map(
    (service, i): PassModule => ({
      name: enabled[i]?.name ?? '',
      onChange: () => undefined,
      serve: () => service,
    }),
  );
  const end = new AbortController();
  const waits: number[] = [];
  const env: PassEnvironment = {
    workspace: made.workspace,
    env: {},
    signal: end.signal,
    say: () => undefined,
    wait: async (ms, signal) => {
      if (ms === 10_000) return aborted(signal);
      waits.push(ms);
    },
    modules,
    runners: [],
  };
  return { made, env, waits, end };
}

t.test('a service that throws is started again, later each time', async (t) => {
  let runs = 0;
  const service: Service = {
    name: 'bot',
    run(signal) {
      runs += 1;
      if (runs < 4) throw new Error(`no network, ${runs}`);
      end.abort();
      return aborted(signal);
    },
  };
  const { env, waits, end, made } = serving(t.testdir(), [service]);
  t.equal(await runServices(env), 1);
  t.equal(runs, 4);
  t.same(waits, [1000, 2000, 4000]);
  t.equal(serviceHealth(made.workspace.state), undefined, 'nothing is left when all have ended');
});

t.test('one that returns before it is told to has failed as well', async (t) => {
  const seen: (string | undefined)[] = [];
  const service: Service = {
    name: 'bot',
    async run() {
      seen.push(serviceHealth(made.workspace.state)?.services[0]?.failure);
      if (seen.length === 2) end.abort();
    },
  };
  const { env, end, made } = serving(t.testdir(), [service]);
  await runServices(env);
  t.same(seen, [undefined, 'it ended by itself']);
});

t.test('status shows how each service is', async (t) => {
  let failed = false;
  const [steady, weak]: Service[] = [
    { name: 'steady', run: aborted },
    {
      name: 'weak',
      run(signal) {
        if (failed) return aborted(signal);
        failed = true;
        throw new Error('the port is taken');
      },
    },
  ];
  const { env, end, made } = serving(
    t.testdir(),
    [steady, weak].flatMap((it) => it ?? []),
  );
  const serves = runServices(env);
  await new Promise(setImmediate);
  const { text, json } = await callCommand(made, ['status']);
  end.abort();
  await serves;
  t.match(text, /Service steady runs since 2026-11-21 01:30.*\./);
  t.match(text, /Service weak runs since .*, restarted 1 time \(the port is taken\)\./);
  t.match(json, {
    services: { pid: process.pid, services: [{ name: 'steady' }, { name: 'weak', restarts: 1 }] },
  });
  t.notMatch((await callCommand(made, ['status'])).text, /Service/);
});

t.test('services end one after the other, the last one first', async (t) => {
  const said: string[] = [];
  const named = (name: string): Service => ({
    name,
    async run(signal) {
      said.push(`${name} begins`);
      await aborted(signal);
      said.push(`${name} is told`);
      await new Promise(setImmediate);
      said.push(`${name} has ended`);
    },
  });
  const { env, end } = serving(t.testdir(), [named('first'), named('second')]);
  const serves = runServices(env);
  end.abort();
  await serves;
  t.same(said, [
    'first begins',
    'second begins',
    'second is told',
    'second has ended',
    'first is told',
    'first has ended',
  ]);
});

t.test('one process runs the services of a workspace', async (t) => {
  const service: Service = {
    name: 'bot',
    run(signal) {
      end.abort();
      return aborted(signal);
    },
  };
  const { env, end, made, waits } = serving(t.testdir(), [service]);
  const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)']);
  t.teardown(() => other.kill('SIGKILL'));
  await once(other, 'spawn');
  const { host, boot } = ownIdentity();
  const path = join(made.workspace.state, 'services.json');
  writeFileSync(
    path,
    JSON.stringify({ process: { pid: other.pid, host, boot, started: '' }, services: [] }),
  );
  await t.rejects(runServices(env), {
    code: 'LOCKED',
    message: new RegExp(`process ${other.pid}`),
  });
  const wait = env.wait;
  await runServicesWhenFree({
    ...env,
    async wait(ms, signal) {
      await wait(ms, signal);
      if (ms !== 30_000) return;
      other.kill('SIGKILL');
      await once(other, 'exit');
    },
  });
  t.same(waits, [30_000]);
  t.ok(end.signal.aborted, 'then the service ran');
});

t.test('nocturne serve ends with SIGTERM', async (t) => {
  const { root, home } = makeWorkspace(t.testdir());
  const { NOCTURNE_RUN: _, NOCTURNE_PASS_TOKEN: __, ...env } = process.env;
  const child = spawn(process.execPath, [BIN, 'serve'], {
    cwd: root,
    env: { ...env, NOCTURNE_HOME: home },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  t.teardown(() => child.kill('SIGKILL'));
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
    if (/^Serving/.test(said)) child.kill('SIGTERM');
  });
  t.same(await once(child, 'exit'), [0, null], said);
});
