import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { verifyGate } from '../../src/integrity/gate.js';
import { loadOwnerKey } from '../../src/integrity/owner-key.js';
import { signManifest } from '../../src/integrity/sign.js';
import { signingPlan } from '../../src/integrity/signing-plan.js';
import { systemClock } from '../../src/kernel/clock.js';
import { routeOf } from '../../src/registry/route.js';
import { createWorkspace } from '../../src/setup/create-workspace.js';
import { mergeTexts } from '../../src/setup/merge-texts.js';
import { readReference } from '../../src/setup/reference-files.js';
import { readReferenceRecord } from '../../src/setup/reference-record.js';
import { type Upgraded, upgradeWorkspace } from '../../src/setup/upgrade-workspace.js';
import { manager } from '../../src/passes/manager/manager.js';
import { worker } from '../../src/passes/worker/worker.js';
import { validateSnapshot } from '../../src/validate/validate-snapshot.js';
import { readAnchors } from '../../src/workspace/anchors.js';
import { bundleChanges } from '../../src/workspace/bundle.js';
import type { Workspace } from '../../src/workspace/types.js';
import { environment } from '../passes/pass-workspace.js';
import { copyBuiltPages, copyShipped, INSTALLED_MODULES } from '../support/make-workspace.js';
import { sha256 } from '../../src/kernel/hash.js';
import { signAnyway } from '../support/sign-anyway.js';
import { tree } from '../support/tree.js';

t.setTimeout(180_000);

type Place = {
  readonly workspace: Workspace;
  readonly newer: string;
  sign(): void;
  upgrade(options?: { dryRun?: boolean }): Upgraded;
  edit(where: 'mine' | 'theirs', path: string, change: (text: string) => string): void;
};

/** A workspace made from an older version, and an installation of a newer one. */
function place(
  directory: string,
  registry: {
    readonly older?: (text: string) => string;
    /** Pages and folders that the older version did not have. */
    readonly without?: readonly string[];
  } = {},
): Place {
  const [older, newer, root, home] = ['older', 'newer', 'workspace', 'home'].map((name) =>
    join(directory, name),
  ) as [string, string, string, string];
  for (const [at, version] of [
    [older, '1.0.0'],
    [newer, '2.0.0'],
  ] as const) {
    copyShipped(at);
    copyBuiltPages(at);
    writeFileSync(join(at, 'package.json'), JSON.stringify({ version }));
  }
  for (const path of registry.without ?? []) rmSync(join(older, path), { recursive: true });
  const shipped = join(older, 'REGISTRY.md');
  if (registry.older !== undefined)
    writeFileSync(shipped, registry.older(readFileSync(shipped, 'utf8')));
  const { workspace } = createWorkspace({
    directory: root,
    packageRoot: older,
    home,
    clock: systemClock,
    owner: 'Ada',
    domain: 'rivers',
    timeZone: 'UTC',
  });
  return {
    workspace,
    newer,
    sign: () =>
      void signManifest(workspace, {
        files: 'all',
        key: loadOwnerKey(home),
        signedBy: 'Ada',
        now: new Date(),
      }),
    upgrade: (options = {}) =>
      upgradeWorkspace(workspace, { packageRoot: newer, owner: 'Ada', ...options }),
    edit: (where, path, change) => {
      const file = join(where === 'mine' ? root : newer, path);
      writeFileSync(file, change(readFileSync(file, 'utf8')));
    },
  };
}

const verdicts = ({ items }: Upgraded): Readonly<Record<string, string>> =>
  Object.fromEntries(items.map((one) => [one.path, one.verdict]));
const read = ({ workspace }: Place, path: string): string =>
  readFileSync(join(workspace.root, path), 'utf8');
const addLine = (line: string) => (text: string) => `${text.trimEnd()}\n${line}\n`;

t.test('the same version changes nothing', async (t) => {
  const at = place(t.testdir());
  const before = tree(at.workspace.root);
  t.same(
    verdicts(
      upgradeWorkspace(at.workspace, { packageRoot: join(at.newer, '../older'), owner: 'Ada' }),
    ),
    { 'SOUL.md': 'kept', 'USER.md': 'kept' },
  );
  t.same(tree(at.workspace.root), before);
});

t.test('each page is compared with what it was and with what the owner made of it', async (t) => {
  const at = place(t.testdir());
  at.edit('theirs', 'orchestration-os/AGENTS-CORE.md', addLine('A new rule.'));
  at.edit('theirs', 'SOUL.md', (text) => text.replace('A night is good', 'A night is very good'));
  at.edit('theirs', 'IDENTITY.md', (text) => text.replace('calm, brief, exact', 'brief'));
  at.edit('mine', 'IDENTITY.md', (text) => text.replace('calm, brief, exact', 'loud'));
  at.edit('mine', 'orchestration-os/RUNNERS.md', addLine('A note of mine.'));
  writeFileSync(join(at.newer, 'orchestration-os/OPS-NEW.md'), '# New\n');
  rmSync(join(at.newer, 'orchestration-os/OPS-IDLE-CYCLE.md'));
  at.sign();
  const upgraded = at.upgrade();
  t.same(verdicts(upgraded), {
    'orchestration-os/AGENTS-CORE.md': 'replaced',
    'IDENTITY.md': 'conflict',
    'SOUL.md': 'merged',
    'USER.md': 'kept',
    'orchestration-os/OPS-IDLE-CYCLE.md': 'dropped',
    'orchestration-os/OPS-NEW.md': 'added',
    'orchestration-os/RUNNERS.md': 'kept',
  });
  t.match(read(at, 'orchestration-os/AGENTS-CORE.md'), /A new rule\.\n$/);
  t.match(
    read(at, 'SOUL.md'),
    /\*\*Domain anchor:\*\* rivers[\s\S]*A night is very good/,
    'both changes are in it',
  );
  t.match(read(at, 'IDENTITY.md'), /loud/, 'the owner’s stays');
  t.match(
    read(at, `${upgraded.backups}/new/IDENTITY.md`),
    /\*\*Manner:\*\* brief/,
    'the new one lies beside',
  );
  t.match(read(at, `${upgraded.backups}/SOUL.md`), /A night is good/, 'what was replaced is kept');
  t.match(read(at, 'orchestration-os/RUNNERS.md'), /A note of mine/);
});

t.test('nothing is signed for the owner, and signing makes it whole', async (t) => {
  const at = place(t.testdir());
  at.edit('theirs', 'orchestration-os/AGENTS-CORE.md', addLine('A new rule.'));
  const { toSign } = at.upgrade();
  t.same(toSign, ['orchestration-os/AGENTS-CORE.md']);
  t.equal(verifyGate(at.workspace.root, at.workspace.home).ok, false);
  at.sign();
  t.equal(verifyGate(at.workspace.root, at.workspace.home).ok, true);
  t.same(
    (await validateSnapshot(at.workspace.snapshot(), { home: at.workspace.home })).filter(
      (one) => one.severity === 'error',
    ),
    [],
  );
  t.match(
    at.workspace
      .snapshot()
      .records('AUDIT')
      .map((one) => one.fields.get('type')?.value),
    ['sign', 'upgrade', 'sign'],
  );
  t.same(
    verdicts(at.upgrade()),
    { 'SOUL.md': 'kept', 'USER.md': 'kept' },
    'a second time there is nothing to do',
  );
});

t.test('data is never touched', async (t) => {
  const at = place(t.testdir());
  for (const path of [
    'ACTIVE-PROJECTS.md',
    'NOTIFICATIONS.md',
    'orchestration-os/AGENTS-LESSONS.md',
    'MEMORY.md',
    'orchestration-os/OPS-FAILURE-MODES.md',
    'orchestration-os/TOOL-STATUS.md',
    'LOCK.md',
  ])
    at.edit('theirs', path, addLine('of the new version'));
  appendFileSync(join(at.workspace.root, 'MEMORY.md'), '- mine\n');
  const before = tree(at.workspace.root);
  t.same(verdicts(at.upgrade()), { 'SOUL.md': 'kept', 'USER.md': 'kept' });
  t.same(tree(at.workspace.root), before);
  writeFileSync(join(at.newer, 'PROJECTS/NEW-REGISTRY.md'), '# A new kind of data\n');
  t.equal(
    verdicts(at.upgrade())['PROJECTS/NEW-REGISTRY.md'],
    'added',
    'but a new kind of it gets its file',
  );
});

t.test('a dry run says the same and writes nothing', async (t) => {
  const at = place(t.testdir());
  at.edit('theirs', 'orchestration-os/AGENTS-CORE.md', addLine('A new rule.'));
  const before = tree(at.workspace.root, []);
  t.equal(verdicts(at.upgrade({ dryRun: true }))['orchestration-os/AGENTS-CORE.md'], 'replaced');
  t.same(tree(at.workspace.root, []), before);
});

t.test(
  'with unsigned changes there is no upgrade: signing would not show which is which',
  async (t) => {
    const at = place(t.testdir());
    at.edit('mine', 'AGENTS.md', addLine('hm'));
    t.throws(() => at.upgrade(), { code: 'REFUSED', message: /AGENTS\.md/ });
  },
);

t.test('where it was never recorded what was shipped, the owner’s pages stay', async (t) => {
  const at = place(t.testdir());
  rmSync(join(at.workspace.state, 'reference.json'));
  at.edit('theirs', 'orchestration-os/AGENTS-CORE.md', addLine('A new rule.'));
  const upgraded = at.upgrade();
  t.match(verdicts(upgraded), {
    'orchestration-os/AGENTS-CORE.md': 'conflict',
    'SOUL.md': 'conflict',
    'USER.md': 'conflict',
  });
  t.notMatch(read(at, 'orchestration-os/AGENTS-CORE.md'), /A new rule/);
  t.ok(
    existsSync(join(at.workspace.root, `${upgraded.backups}/new/orchestration-os/AGENTS-CORE.md`)),
  );
});

t.test('a page that the owner took away stays away', async (t) => {
  const at = place(t.testdir());
  rmSync(join(at.workspace.root, 'orchestration-os/OPS-IDLE-CYCLE.md'));
  at.sign();
  at.edit('theirs', 'orchestration-os/OPS-IDLE-CYCLE.md', addLine('more'));
  t.equal(verdicts(at.upgrade())['orchestration-os/OPS-IDLE-CYCLE.md'], 'kept');
  t.notOk(existsSync(join(at.workspace.root, 'orchestration-os/OPS-IDLE-CYCLE.md')));
});

t.test('a page that every pass needs is put back', async (t) => {
  const at = place(t.testdir());
  const path = join(at.workspace.root, 'NOTIFICATIONS.md');
  const before = readFileSync(path, 'utf8');
  rmSync(path);
  t.equal(verdicts(at.upgrade())['NOTIFICATIONS.md'], 'added');
  t.equal(readFileSync(path, 'utf8'), before);
});

t.test('two changes of the registry that do not touch are put together', async (t) => {
  const at = place(t.testdir());
  const route = (path: string) => (text: string) =>
    text.replace(
      '| `SOUL.md` | PROTECTED |',
      `| \`${path}\` | PROTECTED | - | twice |\n| \`SOUL.md\` | PROTECTED |`,
    );
  at.edit('mine', 'REGISTRY.md', route('shared/**'));
  at.edit('theirs', 'REGISTRY.md', (text) =>
    text.replace(
      '| `docs/**` | STANDARD | - | documentation |',
      '| `docs/**` | STANDARD | - | documentation |\n| `more/**` | STANDARD | - | more |',
    ),
  );
  at.sign();
  const upgraded = at.upgrade();
  t.equal(verdicts(upgraded)['REGISTRY.md'], 'merged');
  t.match(read(at, 'REGISTRY.md'), /`shared\/\*\*`[\s\S]*`more\/\*\*`/);
  at.sign();
  t.equal(verifyGate(at.workspace.root, at.workspace.home).ok, true);
});

t.test(
  'a bundle with two lines of arguments, as an older version shipped it, is mended and shown for signing',
  async (t) => {
    const at = place(t.testdir());
    const former = read(at, 'REGISTRY.md').replace(
      /^(- \*\*Arguments:\*\* id: ref\(NOTIFICATION\), title.*), note, approval(\).*)$/m,
      '$1, note$2\n$1, approval$2',
    );
    const record = readReferenceRecord(at.workspace.state);
    const shipped = { 'REGISTRY.md': { sha256: sha256(former), text: former } };
    writeFileSync(
      join(at.workspace.state, 'reference.json'),
      JSON.stringify({ ...record, files: { ...record?.files, ...shipped } }),
    );
    signAnyway(at.workspace, 'REGISTRY.md', former);
    const problems = (): readonly string[] =>
      at.workspace.snapshot().schemaDiagnostics.map(({ message }) => message);
    t.match(problems(), [/notification_archive has the line Arguments twice/]);
    const { toSign } = at.upgrade();
    t.same(toSign, ['REGISTRY.md']);
    const [change] = signingPlan(at.workspace.snapshot(), at.workspace.home).changed;
    t.match(
      change?.before,
      /briefing, note\), action_needed.*\n.*briefing, approval\), action_needed/,
    );
    t.match(change?.after, /briefing, note, approval\), action_needed/);
    at.sign();
    t.same(problems(), []);
  },
);

t.test(
  'what a new module brings to the registry is added, beside what the owner changed in it',
  async (t) => {
    const at = place(t.testdir());
    const page = `## Module greet\n\n### R8 Modules\n\n| Module | Watches | Enabled |\n|---|---|---|\n| greet | \`GREETINGS.md\` | no |\n\n### R3 Routes\n\n| Pattern | Tier | Bundle | Note |\n|---|---|---|---|\n| \`GREETINGS.md\` | PROTECTED | - | from the module |\n`;
    mkdirSync(join(at.newer, 'dist/src/modules/greet'));
    writeFileSync(join(at.newer, 'dist/src/modules/greet/schema.md'), page);
    at.edit('mine', 'REGISTRY.md', (text) =>
      text.replace(/^(\| inbound \|.*) no \|$/m, '$1 yes |'),
    );
    at.sign();
    t.equal(verdicts(at.upgrade())['REGISTRY.md'], 'merged');
    at.sign();
    const { schema, schemaDiagnostics } = at.workspace.snapshot();
    t.same(schemaDiagnostics, []);
    t.same(
      schema.modules.filter(({ section }) => section).map(({ name }) => name),
      [...INSTALLED_MODULES, 'greet'].sort(),
    );
    const isEnabled = (module: string) =>
      schema.modules.find(({ name }) => name === module)?.enabled;
    t.same(['greet', 'inbound'].map(isEnabled), [false, true]);
    t.equal(routeOf(schema, 'GREETINGS.md').tier, 'PROTECTED');
  },
);

const PLANS_AND_RULES = [
  'orchestration-os/REPOSITORIES.md',
  ...['plan-templates', 'roles', 'rules'].map((folder) => `orchestration-os/${folder}/`),
];

t.test('a workspace from before plans and rules gets their pages, and passes run', async (t) => {
  const at = place(t.testdir(), {
    without: [...PLANS_AND_RULES, 'dist/src/modules/plans', 'dist/src/modules/rules'],
  });
  const objects = (): readonly string[] => [...at.workspace.snapshot().schema.objects.keys()];
  t.notOk(objects().some((name) => ['PLAN', 'RULE', 'ROLE'].includes(name)));
  const isNew = (path: string): boolean => PLANS_AND_RULES.some((page) => path.startsWith(page));
  const shipped = readReference(at.newer).paths.filter(isNew);
  for (const kind of [
    /REPOSITORIES\.md$/,
    /rules\/git\.md$/,
    /roles\/tester\.md$/,
    /\.yaml$/,
    /\.json$/,
  ])
    t.ok(
      shipped.some((path) => kind.test(path)),
      String(kind),
    );
  const upgraded = at.upgrade();
  t.match(verdicts(upgraded), Object.fromEntries(shipped.map((path) => [path, 'added'])));
  t.same(
    shipped.filter((path) => !upgraded.toSign.includes(path)),
    [],
  );
  for (const path of shipped) t.equal(read(at, path), readFileSync(join(at.newer, path), 'utf8'));
  at.sign();
  t.ok(['PLAN', 'RULE', 'ROLE', 'REPOSITORY'].every((name) => objects().includes(name)));
  t.same(verifyGate(at.workspace.root, at.workspace.home).findings, []);
  const found = await validateSnapshot(at.workspace.snapshot(), { home: at.workspace.home });
  t.same(
    found.filter(({ severity }) => severity !== 'info'),
    [],
  );
  const { outcome, data } = await worker(environment(at), { role: 'worker' });
  t.not(data.runId, '', outcome);
});

const logRow = (workspace: Workspace, file: string): readonly string[] =>
  readFileSync(join(workspace.root, file), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| RUN-'));

t.test(
  'a new column of a log: old rows keep their links, the anchors hold, and new rows have it',
  async (t) => {
    const at = place(t.testdir());
    const log = 'audit/SESSION-REGISTRY.md';
    const close = (run: string) =>
      at.workspace.commit((snapshot) => ({
        actor: { kind: 'nocturne', name: 'nocturne' },
        runId: run,
        reason: 'closed',
        bundle: 'session_close',
        audit: [
          { step: 'T9', type: 'close', target: run, authorisation: '', result: 'ok', detail: '' },
        ],
        changes: bundleChanges(snapshot, 'session_close', {
          run_id: run,
          role: 'worker',
          started: '2026-11-20T03:00:00Z',
          integrity: 'pass',
          outcome: run === 'RUN-20261120-002' ? 'größer | kleiner' : 'done',
          failures: 0,
        }).changes.filter((change) => change.kind === 'append'),
      }));
    close('RUN-20261120-001');
    close('RUN-20261120-002');
    const [first = '', second = ''] = logRow(at.workspace, log);
    const anchor = readAnchors(at.workspace.state).logs[log];
    at.edit('theirs', 'REGISTRY.md', (text) =>
      text
        .replace(/^\| RUN \| outcome \|.*\n/m, '$&| RUN | minutes | int | no | - | - | bundle |\n')
        .replace(
          /^\| append \| RUN \| outcome \| \{outcome\} \|\n/m,
          '$&| append | RUN | minutes | 5 |\n',
        ),
    );
    t.same(verdicts(at.upgrade({ dryRun: true }))[log], 'extended');
    t.same(logRow(at.workspace, log), [first, second], 'a dry run changes nothing');

    t.match(at.upgrade().items, [{}, {}, {}, { path: log, message: 'new columns: minutes' }]);
    const older = [first, second].map((row) => row.replace(/\| ([0-9a-f]{32}) \|$/, '| - | $1 |'));
    t.same(logRow(at.workspace, log), older, 'an empty cell before the link, and no other byte');
    const { head, rows } = readAnchors(at.workspace.state).logs[log] ?? {};
    t.same({ head, rows }, { head: anchor?.head, rows: anchor?.rows });
    at.sign();
    t.same(verifyGate(at.workspace.root, at.workspace.home).findings, []);
    close('RUN-20261120-003');
    t.same(verifyGate(at.workspace.root, at.workspace.home).findings, []);
    t.same(
      at.workspace
        .snapshot()
        .records('RUN')
        .map((row) => row.fields.get('minutes')?.value),
      ['', '', '5'],
    );
    t.same(
      (await validateSnapshot(at.workspace.snapshot(), { home: at.workspace.home })).filter(
        (one) => one.severity === 'error' && one.range.file === log,
      ),
      [],
    );

    const edited = readFileSync(join(at.workspace.root, log), 'utf8').replace(
      '| done | - |',
      '| done | 7 |',
    );
    writeFileSync(join(at.workspace.root, log), edited);
    t.match(
      verifyGate(at.workspace.root, at.workspace.home).findings,
      [{ file: log, problem: 'edited' }],
      'what is written into the new cell of an old row is found',
    );
  },
);

t.test('a log that is not as it was gets no new column', async (t) => {
  const at = place(t.testdir());
  at.edit('theirs', 'REGISTRY.md', (text) =>
    text.replace(/^\| RUN \| outcome \|.*\n/m, '$&| RUN | minutes | int | no | - | - | bundle |\n'),
  );
  at.edit(
    'mine',
    'audit/SESSION-REGISTRY.md',
    addLine(
      '| RUN-20261120-009 | worker | - | - | - | - | - | - | - | pass | - | done | 0123456789abcdef0123456789abcdef |',
    ),
  );
  t.throws(() => at.upgrade(), {
    code: 'GATE',
    message: /SESSION-REGISTRY\.md cannot get a new column/,
  });
  t.notMatch(read(at, 'audit/SESSION-REGISTRY.md'), /Minutes/);
});

t.test(
  'a new field of a table is a column with empty cells, beside columns of the owner',
  async (t) => {
    const at = place(t.testdir());
    at.edit('mine', 'ACTIVE-PROJECTS.md', (text) =>
      text.replace(
        /(\| Escalation) \|\n(\|[-|]*\|)\n/,
        '$1 | Note |\n$2---|\n| 1 | pages | PROJECTS/pages/LONGRUNNER.md | write | active | - | - | mine |\n',
      ),
    );
    at.edit('theirs', 'REGISTRY.md', (text) =>
      text.replace(
        /^\| DISPATCH \| escalation \|.*\n/m,
        '$&| DISPATCH | due_on | date | no | - | - | owner |\n',
      ),
    );
    t.equal(verdicts(at.upgrade())['ACTIVE-PROJECTS.md'], 'extended');
    t.match(
      read(at, 'ACTIVE-PROJECTS.md'),
      /\| Escalation \| Note \| Due on \|\n\|[-|]*---\|---\|\n\| 1 \| pages \|.*\| mine \| - \|\n/,
    );
    at.sign();
    t.equal(verdicts(at.upgrade())['ACTIVE-PROJECTS.md'], undefined, 'once');
  },
);

/** LOCK.md and REGISTRY.md as they were when one pass had the whole lock. */
const FORMER_LOCK =
  '---\nstatus: released\nholder: null\nrun_id: null\nfence: 41\nhost: null\npid: null\nlocked_at: null\nexpires_at: null\nconsecutive_failures: 2\n---\n\n# Lock\n';
const formerRegistry = (text: string): string =>
  text
    .replace(/^\| CLAIM \|.*\n/gm, '')
    .replace(/^\| .*`OBJECT:CLAIM`.*\n/gm, '')
    .replace(/^### CLAIM\n[^]*?(?=^### )/m, '')
    .replace(/^\| (?:insert|set|remove) \| CLAIM.*\n/gm, '')
    .replace(/^\| `BUNDLE:claim_\w+`.*\n/gm, '')
    .replace(/claim_project, claim_remove, /, '')
    .replace(/^### claim_(?:project|remove)\n[^]*?(?=^### )/gm, '')
    .replace(/^### (?:claim-of-closed-run|writer-without-claim)\n[^]*?(?=^### )/gm, '')
    .replace(/^ {2}AND a\.run_id NOT IN \(SELECT run_id FROM claim\)\n/m, '');

t.test('LOCK.md of a version without claims is replaced, and passes run again', async (t) => {
  const at = place(t.testdir(), { older: formerRegistry });
  writeFileSync(join(at.workspace.root, 'LOCK.md'), FORMER_LOCK);
  t.same(at.workspace.snapshot().schemaDiagnostics, []);
  await t.rejects(worker(environment(at), { role: 'worker' }), {
    code: 'CONFIG',
    hint: /nocturne upgrade/,
  });
  const upgraded = at.upgrade();
  t.match(verdicts(upgraded), { 'REGISTRY.md': 'replaced', 'LOCK.md': 'replaced' });
  t.equal(read(at, `${upgraded.backups}/LOCK.md`), FORMER_LOCK);
  at.sign();
  t.equal(verdicts(at.upgrade())['LOCK.md'], undefined, 'once');
  t.match(await manager(environment(at), { role: 'manager' }), { exit: 0 });
  const found = await validateSnapshot(at.workspace.snapshot(), { home: at.workspace.home });
  t.same(
    found.filter((one) => one.severity === 'error'),
    [],
  );
  t.match(read(at, 'LOCK.md'), /^fence: 1$/m);
});

/** A workspace of a version that had three pages at its root, not in orchestration-os. */
function placeBeforeTheMove(directory: string): Place {
  const made = place(directory, {
    older: (text) =>
      text.replace(
        /`orchestration-os\/((?:AGENTS-(?:CORE|LESSONS)|NOTIFICATIONS-ARCHIVE)\.md)`/g,
        '`$1`',
      ),
  });
  const { root, state } = made.workspace;
  const record = readReferenceRecord(state);
  const files = { ...record?.files };
  for (const name of MOVED) {
    renameSync(join(root, `orchestration-os/${name}`), join(root, name));
    files[name] = files[`orchestration-os/${name}`] ?? { sha256: '', text: '' };
    delete files[`orchestration-os/${name}`];
  }
  writeFileSync(join(state, 'reference.json'), JSON.stringify({ ...record, files }));
  made.sign();
  return made;
}

const MOVED = ['AGENTS-CORE.md', 'AGENTS-LESSONS.md', 'NOTIFICATIONS-ARCHIVE.md'];
const LESSON =
  '\n## L-20261120-001 Look twice\n\n- **Date:** 2026-11-20\n- **Kind:** method\n- **Observation:** Look twice.\n- **Evidence:** N-20261120-003\n';

t.test(
  'pages that left the root move with their records and the owner’s changes, and signing makes it whole',
  async (t) => {
    const at = placeBeforeTheMove(t.testdir());
    at.edit('mine', 'AGENTS-LESSONS.md', (text) => text + LESSON);
    at.edit('mine', 'AGENTS-CORE.md', addLine('A rule of mine.'));
    at.edit('theirs', 'orchestration-os/AGENTS-CORE.md', (text) =>
      text.replace('# Contract for agents', '# The contract for agents'),
    );
    at.sign();
    t.match(verdicts(at.upgrade({ dryRun: true })), {
      'orchestration-os/NOTIFICATIONS-ARCHIVE.md': 'moved',
    });
    t.same(
      MOVED.filter((name) => existsSync(join(at.workspace.root, name))),
      MOVED,
      'a dry run',
    );

    const upgraded = at.upgrade();
    t.match(
      upgraded.items.filter(({ verdict }) => verdict === 'moved'),
      MOVED.map((name) => ({ path: `orchestration-os/${name}`, message: `it was ${name}` })),
    );
    t.equal(verdicts(upgraded)['REGISTRY.md'], 'replaced');
    t.same(
      MOVED.filter((name) => existsSync(join(at.workspace.root, name))),
      [],
    );
    t.match(
      read(at, 'orchestration-os/AGENTS-CORE.md'),
      /^# The contract for agents[\s\S]*A rule of mine\.\n$/,
    );
    t.match(read(at, `${upgraded.backups}/orchestration-os/AGENTS-CORE.md`), /^# Contract/);
    at.sign();
    t.same(verifyGate(at.workspace.root, at.workspace.home).findings, []);
    const snapshot = at.workspace.snapshot();
    t.same(
      snapshot.records('LESSON').map(({ key, file }) => [key, file]),
      [['L-20261120-001', 'orchestration-os/AGENTS-LESSONS.md']],
    );
    const found = await validateSnapshot(snapshot, { home: at.workspace.home });
    t.same(
      found.filter(({ severity }) => severity !== 'info'),
      [],
    );
    t.same(
      verdicts(at.upgrade()),
      { 'SOUL.md': 'kept', 'USER.md': 'kept', 'orchestration-os/AGENTS-CORE.md': 'kept' },
      'a second time there is nothing to move',
    );
  },
);

t.test(
  'pages stay at the root while the owner’s REGISTRY.md has routes for them there',
  async (t) => {
    const at = placeBeforeTheMove(t.testdir());
    at.edit('mine', 'REGISTRY.md', (text) =>
      text.replace('| lesson_add | lessons |', '| lesson_add | my lessons |'),
    );
    at.sign();
    const upgraded = verdicts(at.upgrade());
    t.equal(upgraded['REGISTRY.md'], 'conflict');
    t.same(
      MOVED.filter((name) => existsSync(join(at.workspace.root, name))),
      MOVED,
    );
    t.notOk(existsSync(join(at.workspace.root, 'orchestration-os/AGENTS-LESSONS.md')));
  },
);

t.test('in the installation itself git brings new versions', async (t) => {
  const directory = t.testdir();
  copyShipped(join(directory, 'clone'));
  copyBuiltPages(join(directory, 'clone'));
  writeFileSync(join(directory, 'clone/package.json'), '{"version": "1.0.0"}');
  const common = { packageRoot: join(directory, 'clone'), owner: 'Ada' };
  const { workspace } = createWorkspace({
    ...common,
    directory: join(directory, 'clone'),
    home: join(directory, 'home'),
    clock: systemClock,
  });
  t.throws(() => upgradeWorkspace(workspace, common), { code: 'REFUSED', hint: /git pull/ });
});

t.test('two changes are put together only where both ways give the same', async (t) => {
  const base = 'a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n';
  t.equal(
    mergeTexts(base, base.replace('b', 'B'), base.replace('i', 'I')),
    base.replace('b', 'B').replace('i', 'I'),
  );
  t.equal(mergeTexts(base, base.replace('e', 'mine'), base.replace('e', 'theirs')), undefined);
  t.equal(
    mergeTexts(base, `intro\n\n${base}`, base.replace('i', 'I')),
    `intro\n\n${base.replace('i', 'I')}`,
  );
  t.equal(mergeTexts(base, base, base.replace('c', 'C')), base.replace('c', 'C'));
});

void t.test(
  'an upgrade tells git, editors and formatters which files to leave alone, after the lines of the owner',
  (t) => {
    const { workspace, sign, upgrade } = place(t.testdir());
    rmSync(join(workspace.root, '.gitattributes'));
    writeFileSync(join(workspace.root, '.prettierignore'), 'drafts/\r\n');
    sign();
    upgrade();
    const lines = (path: string): string => readFileSync(join(workspace.root, path), 'utf8');
    t.match(lines('.gitattributes'), '/SOUL.md -text\n');
    t.match(lines('.prettierignore'), /^drafts\/\r\n# Nocturne[^\n]*\r\n[\s\S]*\/SOUL\.md\r\n/);
    t.same(
      upgrade().items.filter(({ text }) => text !== undefined),
      [],
      'a second has nothing to do',
    );
    t.end();
  },
);
