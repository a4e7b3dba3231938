import {
  appendFileSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { verifyGate } from '../../src/integrity/gate.js';
import { defined } from '../../src/kernel/defined.js';
import { fixedClock } from '../../src/kernel/clock.js';
import { importer } from '../../examples/importers/nightclaw/importer.js';
import { existingFiles } from '../../src/setup/existing-files.js';
import { type Created, createWorkspace } from '../../src/setup/create-workspace.js';
import type { SetupNote } from '../../src/setup/setup-plan.js';
import { validateSnapshot } from '../../src/validate/validate-snapshot.js';
import { callProcess } from '../surfaces/cli/run-cli.js';
import { lost, tree } from '../support/tree.js';

const REPOSITORY = fileURLToPath(new URL('../../../', import.meta.url));
const NOW = new Date('2026-11-21T01:30:00Z');

type Adopted = {
  readonly root: string;
  readonly home: string;
  readonly before: ReadonlyMap<string, string>;
  readonly created: Created;
  errors(): Promise<readonly string[]>;
};

/** Copies a fixture, lets `change` spoil it, and adopts it. */
function adopt(
  directory: string,
  fixture: string,
  change: (root: string) => void = () => undefined,
): Adopted {
  const [root, home] = [join(directory, 'workspace'), join(directory, 'home')];
  copyFixture(fixture, root);
  change(root);
  const before = tree(root);
  const created = createWorkspace({
    directory: root,
    packageRoot: REPOSITORY,
    home,
    clock: fixedClock(NOW),
    owner: 'Ruth',
    domain: 'boats',
    timeZone: 'Europe/Amsterdam',
    ...defined({ importer: importer.matches(existingFiles(root)) ? importer : undefined }),
  });
  const errors = async (): Promise<readonly string[]> => {
    const found = await validateSnapshot(created.workspace.snapshot(), { home });
    return found
      .filter((one) => one.severity === 'error')
      .map((one) => `${one.range.file}:${one.range.line} ${one.rule}: ${one.message}`);
  };
  return { root, home, before, created, errors };
}

function copyFixture(fixture: string, root: string): void {
  cpSync(join(REPOSITORY, 'test/fixtures', fixture), root, { recursive: true });
}

const notesOn = ({ created }: Adopted, path: string): readonly SetupNote[] =>
  created.plan.notes.filter((one) => one.path === path);
const read = ({ root }: Adopted, path: string): string => readFileSync(join(root, path), 'utf8');

for (const fixture of ['openclaw-workspace', 'nightclaw-workspace']) {
  t.test(
    `${fixture}: no file is lost, every conflict is told, and the result is sound`,
    async (t) => {
      const adopted = adopt(t.testdir(), fixture);
      t.same(
        lost(adopted.before, tree(adopted.root)),
        [],
        'every byte of every file is still somewhere',
      );
      t.same(await adopted.errors(), []);
      t.equal(verifyGate(adopted.root, adopted.home).ok, true);
      const after = tree(adopted.root);
      const changed = [...adopted.before]
        .filter(([path, content]) => after.get(path) !== content)
        .map(([path]) => path);
      const told = adopted.created.plan.notes.map((one) => one.path);
      const renamed = new Map(adopted.created.plan.renames);
      for (const path of changed) {
        const [top = '', ...rest] = path.split('/');
        const now = [renamed.get(top) ?? top, ...rest].join('/');
        t.ok(told.includes(now) || told.includes(renamed.get(top) ?? ''), `${path} is told`);
      }
      for (const { backup } of adopted.created.plan.notes)
        if (backup !== undefined)
          t.ok(existsSync(join(adopted.root, backup)), `${backup} is there`);
      const audit = adopted.created.workspace.snapshot().records('AUDIT').at(-1);
      t.match(audit?.fields.get('type')?.value, 'adopt');
    },
  );
}

t.test(
  'the command lists conflicts in JSON too, and changes nothing the second time',
  async (t) => {
    const place = { root: t.testdir(), home: t.testdir({}) };
    copyFixture('openclaw-workspace', join(place.root, 'w'));
    const first = await callProcess({ ...place, home: `${place.root}/home` }, [
      'init',
      'w',
      '--yes',
    ]);
    t.match(first, {
      exit: 0,
      json: {
        kind: 'openclaw',
        conflicts: [{ path: String, kind: String, message: String }],
        gate: { ok: true },
        validation: { errors: 0 },
      },
    });
    t.match(
      JSON.stringify(first.json['conflicts']),
      /"path":"AGENTS\.md","kind":"merged","message":"[^"]+","backup":"backups\/[^"]+-init\/AGENTS\.md"/,
    );
    const before = tree(join(place.root, 'w'));
    t.match(await callProcess({ ...place, home: `${place.root}/home` }, ['init', 'w', '--yes']), {
      exit: 0,
      json: { kind: 'workspace', written: [] },
    });
    t.same(tree(join(place.root, 'w')), before);
  },
);

t.test('the owner’s pages keep their words, and get what the registry needs', async (t) => {
  const adopted = adopt(t.testdir(), 'openclaw-workspace');
  t.match(
    read(adopted, 'AGENTS.md'),
    /House rules[\s\S]*```\n\n# Governed by Nocturne[\s\S]*AGENTS-CORE\.md/,
    'an open fence is closed first',
  );
  t.match(
    read(adopted, 'SOUL.md'),
    /opinions about boats[\s\S]*## Domain\n\n- \*\*Domain anchor:\*\* boats/,
  );
  t.match(
    read(adopted, 'USER.md'),
    /\*\*What to call them:\*\* Ruth\r\n[\s\S]*## Owner\r\n\r\n- \*\*Name:\*\* Ruth\r\n- \*\*Time zone:\*\* Europe\/Amsterdam\r\n/,
    'in its own line endings',
  );
  t.equal(
    read(adopted, 'IDENTITY.md'),
    readFileSync(join(REPOSITORY, 'test/fixtures/openclaw-workspace/IDENTITY.md'), 'utf8'),
  );
  t.match(
    read(adopted, 'MEMORY.md'),
    /the slipway is closed/,
    'memory.md has the name that hosts read',
  );
  t.match(read(adopted, 'PROJECTS/river/depths.txt'), /2\.4/);
  t.same(
    readFileSync(join(adopted.root, 'memory/2026-11-20.md')),
    readFileSync(join(REPOSITORY, 'test/fixtures/openclaw-workspace/memory/2026-11-20.md')),
    'bytes of an unknown encoding stay as they are',
  );
  t.ok(
    lstatSync(join(adopted.root, 'skills/tide-table/make.sh')).mode & 0o100,
    'programs can still be run',
  );
});

t.test('pages that a host would cut are moved and linked', async (t) => {
  const long = `# Agents\n\n${'Mind the tide. '.repeat(1300)}\n`;
  const adopted = adopt(t.testdir(), 'openclaw-workspace', (root) =>
    writeFileSync(join(root, 'AGENTS.md'), long),
  );
  t.equal(read(adopted, 'orchestration-os/ADOPTED-AGENTS.md'), long);
  t.match(read(adopted, 'AGENTS.md'), /\[orchestration-os\/ADOPTED-AGENTS\.md\]/);
  t.match(notesOn(adopted, 'AGENTS.md'), [{ kind: 'moved' }]);
  t.same(await adopted.errors(), []);
});

t.test('all pages together fit as well: the largest goes aside', async (t) => {
  const adopted = adopt(t.testdir(), 'openclaw-workspace', (root) => {
    for (const [name, length] of [
      ['AGENTS', 15_000],
      ['SOUL', 16_000],
      ['IDENTITY', 17_000],
      ['memory', 18_000],
    ] as const)
      writeFileSync(join(root, `${name}.md`), `# ${name}\n\n${'x '.repeat(length / 2)}\n`);
  });
  t.match(
    notesOn(adopted, 'MEMORY.md').map((one) => one.kind),
    ['moved', 'moved'],
  );
  t.match(read(adopted, 'memory/ADOPTED-MEMORY.md'), /^# memory/);
  t.same(await adopted.errors(), []);
  t.same(lost(adopted.before, tree(adopted.root)), []);
});

t.test('a duplicated section does not stop the adoption', async (t) => {
  const adopted = adopt(t.testdir(), 'openclaw-workspace', (root) =>
    appendFileSync(join(root, 'USER.md'), '\n## Owner\n\nRuth\n\n## Owner\n\nRuth again\n'),
  );
  t.match(notesOn(adopted, 'USER.md'), [{ kind: 'moved' }]);
  t.match(read(adopted, 'orchestration-os/ADOPTED-USER.md'), /Ruth again/);
  t.same(await adopted.errors(), []);
});

t.test('a page that is a link becomes a file; what it led to stays as it is', async (t) => {
  const adopted = adopt(
    t.testdir({ 'shared.md': '# Agents\n\nShared by two birds.\n' }),
    'openclaw-workspace',
    (root) => {
      rmSync(join(root, 'AGENTS.md'));
      symlinkSync('../shared.md', join(root, 'AGENTS.md'));
    },
  );
  t.notOk(lstatSync(join(adopted.root, 'AGENTS.md')).isSymbolicLink());
  t.match(read(adopted, 'AGENTS.md'), /Shared by two birds[\s\S]*Governed by Nocturne/);
  t.equal(
    readFileSync(join(adopted.root, '../shared.md'), 'utf8'),
    '# Agents\n\nShared by two birds.\n',
  );
  t.match(notesOn(adopted, 'AGENTS.md'), [{ message: /a link to \.\.\/shared\.md/ }]);
  t.same(await adopted.errors(), []);
});

t.test('of two names that differ by case, the shipped one stays', async (t) => {
  const adopted = adopt(t.testdir(), 'openclaw-workspace', (root) =>
    writeFileSync(join(root, 'agents.md'), 'an older page\n'),
  );
  t.match(notesOn(adopted, 'agents.md'), [{ kind: 'moved', backup: /agents\.md$/ }]);
  t.same(lost(adopted.before, tree(adopted.root)), []);
  t.same(await adopted.errors(), []);
});

t.test('files with shipped names are copied and replaced', async (t) => {
  const adopted = adopt(t.testdir(), 'openclaw-workspace', (root) => {
    mkdirSync(join(root, 'audit'));
    writeFileSync(join(root, 'audit/AUDIT-LOG.md'), Buffer.from([0xff, 0xfe, 0x00, 0x01]));
    writeFileSync(join(root, 'REGISTRY.md'), '# Our registry of boats\n');
    writeFileSync(join(root, 'LOCK.md'), '');
  });
  for (const path of ['audit/AUDIT-LOG.md', 'REGISTRY.md', 'LOCK.md'])
    t.match(notesOn(adopted, path), [{ kind: 'replaced', backup: /^backups\// }], path);
  t.same(lost(adopted.before, tree(adopted.root)), []);
  t.same(await adopted.errors(), []);
});

t.test('NightClaw: projects are in the dispatch table with their states reconciled', async (t) => {
  const { created } = adopt(t.testdir(), 'nightclaw-workspace');
  const snapshot = created.workspace.snapshot();
  const row = (slug: string): readonly string[] =>
    ['priority', 'status', 'phase', 'last_worker_pass'].map(
      (field) => snapshot.record('DISPATCH', slug)?.fields.get(field)?.value ?? '?',
    );
  t.same(row('lighthouse'), ['1', 'active', 'survey', '2026-04-18T02:10:00Z']);
  t.same(row('ferries'), ['2', 'transition-hold', 'compare', '2026-04-17T00:00:00Z']);
  t.same(
    row('buoys'),
    ['3', 'blocked', 'register', ''],
    'of two with the priority 2 the first keeps it',
  );
  t.same(
    row('moorings'),
    ['4', 'active', 'count', '2026-04-16T03:00:00Z'],
    'a row below the wrong table is found',
  );
  t.same(row('wrecks'), ['5', 'paused', 'sounding', ''], 'a project without a row is paused');
  const value = (address: string): string => snapshot.locate(address).cell?.value ?? '';
  t.equal(value('PROJECT[lighthouse].mission'), 'Know every light that is seen from the pier.');
  t.equal(
    value('PROJECT[lighthouse].next_pass.objective'),
    'List five more lights with their character.',
  );
  t.equal(value('PROJECT[lighthouse].next_pass.model_tier'), 'heavy');
  t.equal(value('PROJECT[lighthouse].transition.timeout_days'), '4');
  t.same(snapshot.locate('PROJECT[lighthouse].last_pass.outputs').cell?.data, ['outputs/first.md']);
  t.equal(
    value('PROJECT[wrecks].phase.objective'),
    'Collect soundings: ten of them, and "no more',
    'a block that is no YAML is read by lines',
  );
  t.equal(value('DRAFT[tides].mission'), 'Tell when the lock can be used.');
  t.match(
    snapshot.text('PROJECTS/lighthouse/LONGRUNNER.md'),
    /## Decision Log[\s\S]*asked for most/,
  );
  t.notMatch(
    snapshot.text('PROJECTS/lighthouse/LONGRUNNER.md'),
    /Resume Template|transition_reescalation_count/,
  );
  const phases = snapshot
    .recordsIn('PROJECTS/lighthouse/PHASES.md', 'PHASES')
    .map((one) => [one.key, one.fields.get('successors')?.data]);
  t.same(phases, [
    ['survey', ['chart', 'doubt']],
    ['doubt', ['chart']],
    ['chart', []],
  ]);
});

t.test('NightClaw: nothing is permitted until the owner activates it', async (t) => {
  const { created } = adopt(t.testdir(), 'nightclaw-workspace');
  const permissions = created.workspace
    .snapshot()
    .records('PREAPPROVAL')
    .filter((one) => Number(one.key.slice(3)) > 3);
  t.same(
    permissions.map((one) => [
      one.key,
      one.fields.get('action_class')?.value,
      one.fields.get('status')?.value,
      one.fields.get('expires')?.value,
    ]),
    [
      ['PA-004', 'phase-auto-advance', 'inactive', '2031-06-30T18:00:00Z'],
      ['PA-005', 'idle-cycle-autonomy', 'inactive', '2026-11-21T01:30:00Z'],
    ],
  );
  t.match(
    created.workspace.snapshot().text('orchestration-os/OPS-PREAPPROVAL.md'),
    /> \*\*Scope:\*\* lighthouse and ferries only/,
  );
  t.match(
    created.plan.notes
      .filter((one) => one.kind === 'owner')
      .map((one) => one.message)
      .join('\n'),
    /PA-003 \(model-tier-upgrade\)/,
  );
});

t.test(
  'NightClaw: failure modes and lessons are imported, and no number is used twice',
  async (t) => {
    const { created } = adopt(t.testdir(), 'nightclaw-workspace');
    const snapshot = created.workspace.snapshot();
    const modes = snapshot.records('FAILURE-MODE');
    t.equal(new Set(modes.map((one) => one.key)).size, modes.length);
    t.match(
      modes
        .find((one) => (one.fields.get('title')?.value ?? '').includes('FM-003'))
        ?.fields.get('fix')?.value,
      /1\. Delete the new list\.\n2\. Read the source/,
    );
    t.match(snapshot.record('FAILURE-MODE', 'FM-104')?.fields.get('status')?.value, 'resolved');
    t.same(
      snapshot.records('LESSON').map((one) => one.key),
      ['L-20260304-001', 'L-20260304-002', 'L-20260309-001', 'L-20260311-001', 'L-20260312-001'],
    );
    t.match(
      snapshot.record('LESSON', 'L-20260304-002')?.fields.get('observation')?.value,
      /skipper knows which crossing is cancelled\.$/,
    );
    t.match(
      snapshot.record('LESSON', 'L-20260311-001')?.fields.get('evidence')?.value,
      /project buoys/,
    );
  },
);

t.test('NightClaw: open questions are asked again, and an answer takes effect', async (t) => {
  const { pendingAnswers } = await import('../../src/governance/answers.js');
  const { created } = adopt(t.testdir(), 'nightclaw-workspace');
  const { workspace } = created;
  const notices = workspace
    .snapshot()
    .records('NOTIFICATION')
    .map((one) => [
      one.fields.get('kind')?.value,
      one.fields.get('project')?.value,
      one.fields.get('priority')?.value,
    ]);
  t.same(notices, [
    ['transition', 'ferries', 'high'],
    ['escalation', 'buoys', 'medium'],
    ['escalation', 'moorings', 'medium'],
    ['draft', 'tides', 'medium'],
    ['incident', '', 'critical'],
  ]);
  const answers = ['yes', 'yes', 'The longer one.', 'yes'];
  workspace.commit({
    actor: { kind: 'owner', name: 'Ruth' },
    runId: '',
    reason: 'answers',
    changes: answers.map((value, i) => ({
      kind: 'set',
      address: `NOTIFICATION[N-20261121-00${i + 1}].answer`,
      value,
    })),
  });
  const calls = pendingAnswers(workspace.snapshot()).map((one) => [
    one.project,
    [...one.calls.map((call) => call.bundle), ...one.effects.map((effect) => effect.kind)][0],
  ]);
  t.same(calls, [
    ['ferries', 'phase_advance'],
    ['buoys', 'route_unblock'],
    ['moorings', 'escalation_clear'],
    ['tides', 'notification_close'],
  ]);
});

t.test('NightClaw: its logs are copied and hashed, its machinery is removed', async (t) => {
  const adopted = adopt(t.testdir(), 'nightclaw-workspace');
  const detail =
    adopted.created.workspace.snapshot().records('AUDIT').at(-1)?.fields.get('detail')?.value ?? '';
  const old = adopted.before.get('audit/AUDIT-LOG.md') ?? '?';
  t.ok(detail.includes(`audit/AUDIT-LOG.md sha256:${old}`), 'the hash of the old log is in ours');
  t.notOk(existsSync(join(adopted.root, 'orchestration-os/REGISTRY.md')));
  t.notOk(existsSync(join(adopted.root, 'audit/INTEGRITY-MANIFEST.md')));
  t.ok(
    existsSync(join(adopted.root, 'scripts/nightclaw-ops.py')),
    'programs are left to the owner',
  );
  t.ok(existsSync(join(adopted.root, 'memory/2026-04-18.md')));
  t.match(
    adopted.created.plan.notes.map((one) => one.message).join('\n'),
    /may still run as cron jobs .*remove these two/,
  );
});

t.test("NightClaw: today's run numbers are not used again", async (t) => {
  const { created } = adopt(t.testdir(), 'nightclaw-workspace', (root) =>
    appendFileSync(
      join(root, 'audit/SESSION-REGISTRY.md'),
      'RUN-20261121-007 | worker | x | 1 | PASS | done\n',
    ),
  );
  const { nextId } = await import('../../src/workspace/ids.js');
  t.equal(nextId(created.workspace.snapshot(), created.workspace.state, 'RUN'), 'RUN-20261121-008');
});

t.test('NightClaw: executable front matter is never run', async (t) => {
  const mark = join(t.testdir(), 'ran');
  const adopted = adopt(t.testdir(), 'nightclaw-workspace', (root) => {
    const path = join(root, 'PROJECTS/wrecks/LONGRUNNER.md');
    writeFileSync(
      path,
      `---js\nrequire('node:fs').writeFileSync(${JSON.stringify(mark)}, '')\n---\n\n${readFileSync(path, 'utf8')}`,
    );
  });
  t.notOk(existsSync(mark));
  t.same(await adopted.errors(), []);
});

t.test('NightClaw: broken pages are imported as far as they can be parsed', async (t) => {
  const adopted = adopt(t.testdir(), 'nightclaw-workspace', (root) => {
    writeFileSync(join(root, 'PROJECTS/lighthouse/phases.yaml'), 'phases: [unclosed\n  - : :');
    writeFileSync(join(root, 'PROJECTS/buoys/LONGRUNNER.md'), '');
    writeFileSync(
      join(root, 'PROJECTS/ferries/LONGRUNNER.md'),
      Buffer.from([0x23, 0x20, 0xe9, 0x0a]),
    );
    writeFileSync(
      join(root, 'ACTIVE-PROJECTS.md'),
      '| Priority | Project Slug | Status |\n|---|\n| 1 | lighthouse | sailing |\n| 1 |',
    );
    writeFileSync(
      join(root, 'NOTIFICATIONS.md'),
      '[2026-04-18 04:05] | Priority: LOUD | Project: lighthouse | Status: x\n# [broken\n```\n',
    );
    writeFileSync(
      join(root, 'orchestration-os/OPS-FAILURE-MODES.md'),
      '### FM-001\n\n**Symptom:** a fence\n```\n### FM-002\n\n**Symptom:** | a pipe | and `ticks`\n**Fix:** # not a heading\n',
    );
    writeFileSync(
      join(root, 'AGENTS-LESSONS.md'),
      '2026-02-31 | no-such-day | nothing\n- 2026-03-01: a | pipe, `code` and <b>html</b>\n',
    );
    renameSync(join(root, 'PROJECTS/moorings'), join(root, 'PROJECTS/moor ings'));
  });
  t.same(await adopted.errors(), []);
  t.same(lost(adopted.before, tree(adopted.root)), []);
  t.match(
    adopted.created.plan.notes.map((one) => one.message).join('\n'),
    /its status "sailing" is unknown[\s\S]*phases\.yaml is not imported: it cannot be parsed/,
  );
  t.equal(adopted.created.workspace.snapshot().records('LESSON').length, 1);
});

t.test('killed at any moment, nothing is lost, and running it again completes it', async (t) => {
  const { spawn } = await import('node:child_process');
  for (const delay of [250, 400, 550, 700, 900]) {
    const directory = t.testdir();
    const [root, home] = [join(directory, `w${delay}`), join(directory, 'home')];
    copyFixture('nightclaw-workspace', root);
    const before = tree(root);
    const child = spawn(
      process.execPath,
      [join(REPOSITORY, 'bin/nocturne.cjs'), 'init', root, '--yes'],
      { env: { ...process.env, NOCTURNE_HOME: home }, stdio: 'ignore' },
    );
    const timer = setTimeout(() => child.kill('SIGKILL'), delay);
    await new Promise((done) => child.on('close', done));
    clearTimeout(timer);
    t.same(lost(before, tree(root, [])), [], `killed after ${delay} ms`);
    const again = await callProcess({ root: directory, home }, ['init', root, '--yes']);
    t.match(
      again,
      { exit: 0, json: { gate: { ok: true }, validation: { errors: 0 } } },
      `and run again (${delay} ms): ${JSON.stringify(again.json).slice(0, 600)}`,
    );
    t.same(lost(before, tree(root)), []);
  }
});
