import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { recordIncident } from '../../src/workspace/incident.js';
import { fixedClock, systemClock } from '../../src/kernel/clock.js';
import { installedModules } from '../../src/modules/installed.js';
import { installedHosts } from '../../src/hosts/installed.js';
import { examine } from '../../src/setup/doctor/examine.js';
import type { Finding } from '../../src/setup/doctor/types.js';
import { breakLock, claimPass, livePasses, passLock } from '../../src/workspace/pass-lock.js';
import { changeClaims } from '../support/change-claims.js';
import { type Place, placeWithProject } from '../passes/pass-workspace.js';
import { callCommand, callForText, callProcess } from '../surfaces/cli/run-cli.js';
import { makeWorkspace } from '../support/make-workspace.js';
import { tree } from '../support/tree.js';

const PACKAGE = fileURLToPath(new URL('../../../', import.meta.url));
const DEAD = 4_194_303;

type Given = { readonly root: string; readonly home: string };

async function look(
  at: Given,
  options: {
    readonly fix?: boolean;
    readonly path?: string;
    readonly now?: string;
    readonly env?: Readonly<Record<string, string>>;
  } = {},
): Promise<Readonly<Record<string, readonly Finding[]>>> {
  const clock = options.now === undefined ? systemClock : fixedClock(options.now);
  const env = { PATH: options.path ?? process.env['PATH'], HOME: at.home, ...options.env };
  const found = await examine(
    {
      home: at.home,
      env,
      clock,
      packageRoot: PACKAGE,
      hosts: await installedHosts(),
      modules: await installedModules(),
      root: at.root,
    },
    { fix: options.fix === true },
  );
  const byId: Record<string, Finding[]> = {};
  for (const one of found) byId[one.id] = [...(byId[one.id] ?? []), one];
  return byId;
}

t.test('a new workspace has nothing broken, and looking at it changes nothing', async (t) => {
  const at = makeWorkspace(t.testdir(), { at: '2026-11-21T01:30:00Z' });
  const before = [tree(at.root, []), tree(at.home, [])];
  const found = await look(at, { now: '2026-11-21T02:00:00Z' });
  t.same(
    Object.values(found)
      .flat()
      .filter((one) => one.verdict === 'broken'),
    [],
  );
  t.same(Object.keys(found), [
    'node',
    'sqlite',
    'state',
    'owner-key',
    'disk',
    'workspace',
    'registry',
    'trust',
    'gate',
    'logs',
    'pages',
    'store',
    'lock',
    'journal',
    'temporary-files',
    'objects',
    'pass',
    'incidents',
    'runners',
    'model-tiers',
    'tools',
    'repositories',
    'time-zone',
    'clock',
    'schedule',
    'sandbox',
    'git',
    'openclaw',
  ]);
  t.match(found['runners'], [
    { verdict: 'working', fact: /^script \(command\)/ },
    { verdict: 'off', fact: /no active project needs it/ },
    {},
    {},
  ]);
  t.same([tree(at.root, []), tree(at.home, [])], before);
});

t.test('without a workspace it says so and looks at the machine', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'nowhere-'));
  t.teardown(() => rmSync(directory, { recursive: true }));
  t.match(
    await callProcess({ root: directory, home: join(directory, 'home') }, ['doctor'], {
      env: { HOME: directory, NOCTURNE_WORKSPACE: '' },
    }),
    { exit: 0, json: { checks: [{ id: 'node', verdict: 'working' }], summary: { broken: 0 } } },
  );
  t.match(
    (
      await callForText({ root: directory, home: join(directory, 'home') }, ['doctor'], {
        env: { HOME: directory, NOCTURNE_WORKSPACE: '' },
      })
    ).text,
    /off {6}workspace {2}there is no workspace[\s\S]*→ nocturne init DIR/,
  );
});

t.test('a broken check ends the command with 1 and says how to repair it', async (t) => {
  const at = makeWorkspace(t.testdir());
  writeFileSync(join(at.root, 'SOUL.md'), '# Soul\n');
  const outcome = await callCommand(at, ['doctor']);
  t.equal(outcome.exit, 1);
  t.match(
    JSON.stringify(outcome.json),
    /"id":"gate","verdict":"broken","fact":"SOUL\.md is not what was signed[^"]*","fix":"nocturne sign --all"/,
  );
  t.match(outcome.text, /broken {3}gate/);
});

type Case = {
  readonly that: string;
  readonly id: string;
  readonly spoil: (at: Place) => void;
  readonly finding: object;
  readonly options?: Parameters<typeof look>[1];
};

/** Each spoils one thing in a workspace with one active project. */
const cases: readonly Case[] = [
  {
    that: 'a key that others can read',
    id: 'owner-key',
    spoil: (at) => chmodSync(join(at.home, 'keys/owner.key'), 0o644),
    finding: { verdict: 'broken', fact: /mode 644/, fix: 'nocturne doctor --fix' },
  },
  {
    that: 'a registry with a mistake',
    id: 'registry',
    spoil: (at) => writeFileSync(join(at.root, 'REGISTRY.md'), '## R1 Objects\n'),
    finding: { verdict: 'broken', fact: /REGISTRY\.md has/ },
  },
  {
    that: 'a registry that is gone',
    id: 'registry',
    spoil: (at) => rmSync(join(at.root, 'REGISTRY.md')),
    finding: { verdict: 'broken' },
  },
  {
    that: 'nobody trusted here',
    id: 'trust',
    spoil: (at) => rmSync(join(at.workspace.state, 'trust.json')),
    finding: { verdict: 'broken', fix: /nocturne init/ },
  },
  {
    that: 'a log that was cut',
    id: 'logs',
    spoil: (at) => writeFileSync(join(at.root, 'audit/AUDIT-LOG.md'), '# Audit log\n\n## Log\n'),
    finding: { verdict: 'broken', fact: /audit\/AUDIT-LOG\.md/ },
  },
  {
    that: 'a lock whose holder is dead',
    id: 'lock',
    spoil: staleLock,
    finding: {
      verdict: 'broken',
      fact: /RUN-20261121-001 is stale \(dead\)/,
      fix: 'nocturne lock break',
    },
  },
  {
    that: 'a commit lock whose holder is dead',
    id: 'lock',
    spoil: deadCommit,
    finding: { verdict: 'broken', fact: /which is dead/ },
  },
  {
    that: 'a page that passes need is gone',
    id: 'pages',
    spoil: (at) => rmSync(join(at.root, 'LOCK.md')),
    finding: { verdict: 'broken', fact: /LOCK\.md is missing/, fix: 'nocturne upgrade' },
  },
  {
    that: 'passes that fail in a row',
    id: 'lock',
    spoil: failing,
    finding: { verdict: 'broken', fact: /3 passes in a row failed/ },
  },
  {
    that: 'a commit that was interrupted',
    id: 'journal',
    spoil: (at) => leave(at, '.nocturne/journal/tx-0.tmp'),
    finding: { verdict: 'broken' },
  },
  {
    that: 'a file left by an interrupted write',
    id: 'temporary-files',
    spoil: (at) => leave(at, 'memory/.nocturne-tmp-1'),
    finding: { verdict: 'broken', fact: /memory\/\.nocturne-tmp-1/ },
  },
  {
    that: 'a pass without an end',
    id: 'pass',
    spoil: (at) =>
      leave(
        { root: at.workspace.state },
        'passes/RUN-20261121-009.json',
        '{"version":2,"waiting":false,"data":{"runId":"RUN-20261121-009"}}',
      ),
    finding: { verdict: 'broken', fact: /RUN-20261121-009 never ended/ },
  },
  {
    that: 'an incident',
    id: 'incidents',
    spoil: (at) =>
      void recordIncident(at.workspace.state, {
        kind: 'gate',
        at: '2026-11-21T01:00:00Z',
        message: 'SOUL.md was changed',
        findings: [],
      }),
    finding: { verdict: 'broken', fact: /SOUL\.md was changed/ },
  },
  {
    that: 'a state file that is no JSON',
    id: 'pass',
    spoil: (at) => leave({ root: at.workspace.state }, 'passes/RUN-20261121-009.json', '{'),
    finding: { verdict: 'broken', fact: /not JSON/ },
  },
  {
    that: 'a runner whose program is gone',
    id: 'runners',
    spoil: () => undefined,
    options: { path: '/nowhere' },
    finding: { verdict: 'broken', fact: /node was not found; pages cannot work/ },
  },
  {
    that: 'a runner whose sandbox is missing',
    id: 'runners',
    spoil: (at) =>
      writeFileSync(
        join(at.root, 'orchestration-os/RUNNERS.md'),
        '## script\n\n- **Kind:** command\n- **Program:** /bin/sh\n- **Sandbox:** strict\n- **Sandbox policy:** require\n',
      ),
    options: { path: '/nowhere' },
    finding: {
      verdict: 'broken',
      fact: /script \(command\): it requires the sandbox strict, and bubblewrap .* is not on the path; pages cannot work/,
    },
  },
  {
    that: 'a sandbox that works',
    id: 'sandbox',
    spoil: () => undefined,
    finding: { verdict: 'working', fact: /^bubblewrap \d.* can make sandboxes/ },
  },
  {
    that: 'a sandbox that is missing',
    id: 'sandbox',
    spoil: () => undefined,
    options: { path: '/nowhere' },
    finding: { verdict: 'off', fact: /bubblewrap .* is not on the path/, fix: /install/ },
  },
  {
    that: 'a tier without a runner',
    id: 'model-tiers',
    spoil: (at) =>
      writeFileSync(
        join(at.root, 'MODEL-TIERS.md'),
        '## Tiers\n\n| Tier | Runner | Model | Max minutes |\n|---|---|---|---|\n| standard | nobody | x | 5 |\n',
      ),
    finding: { verdict: 'broken', fact: /names the runner "nobody"/ },
  },
  {
    that: 'a zone that is none',
    id: 'time-zone',
    spoil: (at) =>
      writeFileSync(join(at.root, 'USER.md'), '## Owner\n\n- **Time zone:** Mars/Olympus\n'),
    finding: { verdict: 'broken', fact: /Mars\/Olympus/ },
  },
  {
    that: 'a clock that runs backwards',
    id: 'clock',
    spoil: () => undefined,
    options: { now: '2001-01-01T00:00:00Z' },
    finding: { verdict: 'broken', fact: /audit log has a later row/ },
  },
  {
    that: 'a schedule that started passes',
    id: 'schedule',
    spoil: (at) =>
      writeFileSync(join(at.workspace.state, 'schedule.json'), '{"worker":"2026-11-21T01:00:00Z"}'),
    finding: { verdict: 'working', fact: /started passes: worker at 2026-11-21T01:00:00Z/ },
  },
  {
    that: 'a workspace in git',
    id: 'git',
    spoil: (at) => mkdirSync(join(at.root, '.git')),
    finding: { verdict: 'working', fact: /repository/ },
  },
  {
    that: 'an openclaw that answers',
    id: 'openclaw',
    spoil: (at) => program(at, 'openclaw', 'echo "OpenClaw 2026.9.6"'),
    finding: { verdict: 'working', fact: /openclaw 2026\.9\.6 is / },
  },
];

for (const { that, id, spoil, finding, options } of cases) {
  t.test(`it sees ${that}`, async (t) => {
    const at = placeWithProject(t.testdir(), '');
    spoil(at);
    const path = options?.path ?? (id === 'openclaw' ? join(at.root, '..', 'programs') : undefined);
    const found =
      (
        await look(at, {
          ...options,
          ...(path === undefined
            ? {}
            : { path: id === 'openclaw' ? `${path}:${process.env['PATH'] ?? ''}` : path }),
        })
      )[id] ?? [];
    t.ok(
      found.some((one) => matches(one, finding)),
      `${id}: ${JSON.stringify(found)}`,
    );
  });
}

t.test('an endpoint that an active project needs has to answer', async (t) => {
  const server = createServer((_request, response) => response.writeHead(401).end());
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  t.teardown(() => server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  const at = placeWithProject(t.testdir(), '');
  const runners = (endpoint: string): void =>
    writeFileSync(
      join(at.root, 'orchestration-os/RUNNERS.md'),
      `## script\n\n- **Kind:** chat\n- **Endpoint:** ${endpoint}\n- **Api key env:** SOME_KEY\n`,
    );
  runners(url);
  t.match((await look(at))['runners'], [
    { verdict: 'broken', fact: /answers, but \$SOME_KEY is not set; pages cannot work/ },
  ]);
  t.match((await look(at, { env: { SOME_KEY: 'x' } }))['runners'], [
    { verdict: 'working', fact: 'script (chat) answers' },
  ]);
  runners('http://127.0.0.1:9/v1');
  t.match((await look(at))['runners'], [{ verdict: 'broken', fact: /does not answer/ }]);
});

t.test('--fix repairs what is safe, and nothing else', async (t) => {
  const at = placeWithProject(t.testdir(), '');
  staleLock(at);
  deadCommit(at);
  leave(at, 'memory/.nocturne-tmp-1');
  chmodSync(join(at.home, 'keys/owner.key'), 0o644);
  writeFileSync(join(at.root, 'SOUL.md'), '# Soul\n');
  const found = await look(at, { fix: true });
  t.match(found['lock'], [
    { verdict: 'working', repaired: /broke the commit lock; broke the stale lock/ },
  ]);
  t.match(found['temporary-files'], [{ verdict: 'working', repaired: 'removed 1' }]);
  t.match(found['owner-key'], [{ verdict: 'working', repaired: 'made it readable by you only' }]);
  t.match(found['gate'], [{ verdict: 'broken' }]);
  t.same(passLock(at.root, systemClock).claims, []);
  t.match((await look(at))['gate'], [{ verdict: 'broken' }], 'nothing was signed');
});

t.test('the claim of a live pass is left alone', async (t) => {
  const at = placeWithProject(t.testdir(), '');
  claimPass(at.root, at.workspace.state, {
    runId: 'RUN-20261121-001',
    role: 'worker',
    ttlMs: 600_000,
    clock: systemClock,
  });
  t.match((await look(at, { fix: true }))['lock'], [
    { verdict: 'working', fact: 'running: RUN-20261121-001' },
  ]);
  t.equal(livePasses(at.root, systemClock).length, 1);
});

t.test('inside a pass nothing is repaired', async (t) => {
  const at = makeWorkspace(t.testdir());
  t.match(await callCommand(at, ['doctor', '--fix'], { env: { NOCTURNE_RUN: 'RUN-1' } }), {
    exit: 5,
  });
});

function staleLock(at: Place): void {
  claimPass(at.root, at.workspace.state, {
    runId: 'RUN-20261121-001',
    role: 'worker',
    ttlMs: 600_000,
    clock: systemClock,
  });
  changeClaims(at.root, (claim) => ({ ...claim, pid: DEAD, boot: '', startedAt: '1' }));
}

function deadCommit(at: Place): void {
  leave(
    at,
    '.nocturne/commit.lock',
    JSON.stringify({
      pid: DEAD,
      host: hostname(),
      boot: '',
      started: '1',
      token: 'ab',
      at: '2026-11-21T01:00:00Z',
    }),
  );
}

function failing(at: Place): void {
  for (let i = 0; i < 3; i++) {
    claimPass(at.root, at.workspace.state, {
      runId: `RUN-20261121-00${i}`,
      role: 'worker',
      ttlMs: 600_000,
      clock: systemClock,
    });
    breakLock(at.root, at.workspace.state, { clock: systemClock });
  }
}

function leave(at: Pick<Place, 'root'>, path: string, content = ''): void {
  mkdirSync(join(at.root, path, '..'), { recursive: true });
  writeFileSync(join(at.root, path), content);
}

function program(at: Place, name: string, line: string): void {
  const folder = join(at.root, '..', 'programs');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), `#!/bin/sh\n${line}\n`, { mode: 0o755 });
}

function matches(found: Finding, wanted: object): boolean {
  return Object.entries(wanted).every(([name, value]) => {
    const actual = String(found[name as keyof Finding] ?? '');
    return value instanceof RegExp ? value.test(actual) : actual === value;
  });
}
