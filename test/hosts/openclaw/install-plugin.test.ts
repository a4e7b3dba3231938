/** The plugin in OpenClaw: what is set, what of the host's configuration stays, what is refused. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { NocturneError } from '../../../src/kernel/error.js';
import { installPlugin, planPlugin } from '../../../src/hosts/openclaw/install/install-plugin.js';
import { openClaw } from '../../../src/hosts/openclaw/install/program.js';
import { type HostState, standInOpenclaw } from './stand-in-openclaw.js';

t.setTimeout(240_000);
const SETTINGS = { workspace: '/w', node: '/node', nocturne: '/nocturne.cjs', home: '/home' };

function place(t: Test, change: Partial<HostState> = {}) {
  const directory = t.testdir();
  const folder = join(directory, 'dist/openclaw-plugin');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'openclaw.plugin.json'), '{}');
  const host = standInOpenclaw(directory, []);
  host.change(change);
  const program = openClaw({ program: host.program, env: { PATH: process.env['PATH'] } });
  return {
    host,
    folder,
    program,
    plan: (force = false) =>
      planPlugin(program, { packageRoot: directory, settings: SETTINGS, force }),
  };
}

t.test('where no list of allowed plugins is kept, none is begun', async (t) => {
  const { host, folder, program, plan } = place(t);
  const planned = await plan();
  t.match(planned, {
    commands: [
      ['plugins', 'install', folder, '--force'],
      ['config', 'set', '--batch-json'],
    ],
    warnings: [/plugins\.allow is not set/],
  });
  t.match(await installPlugin(program, planned), { id: 'nocturne', status: 'loaded' });
  t.same(host.state().plugins, {
    entries: {
      nocturne: { enabled: true, hooks: { allowConversationAccess: true }, config: SETTINGS },
    },
  });
});

t.test('a list is extended, and what others set stays', async (t) => {
  const others = { enabled: true, config: { key: 1 } };
  const { host, program, plan } = place(t, {
    plugins: {
      allow: ['voice'],
      slots: { memory: 'none' },
      entries: { voice: others, nocturne: { config: { workspace: '/w', governed: 'all' } } },
    },
  });
  await installPlugin(program, await plan());
  t.same(host.state().plugins['allow'], ['voice', 'nocturne']);
  t.match(host.state().plugins, {
    slots: { memory: 'none' },
    entries: { voice: others, nocturne: { config: { ...SETTINGS, governed: 'all' } } },
  });
  await installPlugin(program, await plan());
  t.same(host.state().plugins['allow'], ['voice', 'nocturne'], 'again: the same');
});

t.test('refused', async (t) => {
  const codeOf = (work: Promise<unknown>): Promise<string> =>
    work.then(
      () => 'none',
      (error: unknown) => (error instanceof NocturneError ? error.code : String(error)),
    );
  const elsewhere = { entries: { nocturne: { config: { workspace: '/other' } } } };
  t.equal(
    await codeOf(place(t, { plugins: elsewhere }).plan()),
    'EXISTS',
    'it serves another workspace',
  );
  t.equal(await codeOf(place(t, { plugins: elsewhere }).plan(true)), 'none', 'unless forced');
  t.equal(
    await codeOf(place(t, { plugins: { deny: ['nocturne'] } }).plan()),
    'REFUSED',
    'the owner of the host denies it',
  );
  const broken = place(t, { faults: ['plugins do not load'] });
  t.equal(
    await codeOf(broken.plan().then((plan) => installPlugin(broken.program, plan))),
    'RUN_FAILED',
    'the host does not load it',
  );
  const asleep = place(t, { faults: ['gateway does not reload'] });
  t.equal(
    await codeOf(asleep.plan().then((plan) => installPlugin(asleep.program, plan))),
    'RUN_FAILED',
    'the running gateway knows nothing of it',
  );
  const deaf = place(t, { faults: ['set does nothing'] });
  t.equal(
    await codeOf(deaf.plan().then((plan) => installPlugin(deaf.program, plan))),
    'RUN_FAILED',
    'the host does not keep what was set',
  );
});
