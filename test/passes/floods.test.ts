/** Passes that leave more, larger or stranger files than anybody can judge one by one. */
import { existsSync, lstatSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { PassModule } from '../../src/passes/module.js';
import { storedPasses } from '../../src/passes/pass-file.js';
import { runRecord } from '../../src/passes/run-record.js';
import { worker } from '../../src/passes/worker/worker.js';
import { fieldList, fieldText } from '../../src/project/field-text.js';
import {
  environment,
  type Place,
  placeWithProject,
  read,
  REPORT,
  runnersPage,
} from './pass-workspace.js';

t.setTimeout(300_000);

const LIMITS = { files: 40, mib: 100, rows: 1000 };
const USER = `# User\n\n## Owner\n\n- **Time zone:** UTC\n- **Pass files:** ${LIMITS.files}\n- **Pass MiB:** ${LIMITS.mib}\n- **Pass rows:** ${LIMITS.rows}\n`;
const FS = "import * as fs from 'node:fs';\nfs.mkdirSync('outputs', { recursive: true });\n";
const manyFiles = (count: number): string =>
  `for (let i = 0; i < ${count}; i++) fs.writeFileSync('outputs/' + i + '.txt', 'line ' + i + '\\n');\n`;
const sparse = (mib: number): string =>
  `fs.writeFileSync('outputs/big.bin', ''); fs.truncateSync('outputs/big.bin', ${mib} * 1024 * 1024);\n`;
const KEY = `ghp_${'a1B2c3D4e5'.repeat(4)}`.slice(0, 40);

/** @param runner `boxed` works in a copy. */
function place(directory: string, agent: string, runner = 'script'): Place {
  const files = { 'USER.md': USER, 'orchestration-os/RUNNERS.md': runnersPage() };
  return placeWithProject(directory, `${FS}${agent}${REPORT}`, { runner, files });
}

const audit = (at: Place, type: string): readonly string[] =>
  at.workspace
    .snapshot()
    .records('AUDIT')
    .filter((row) => fieldText(row, 'type') === type)
    .map((row) => `${fieldText(row, 'target')} ${fieldText(row, 'detail')}`);

async function pass(at: Place): Promise<number> {
  const { exit } = await worker(environment(at), { role: 'worker' });
  return exit;
}

const outputs = ({ root }: Place): readonly string[] =>
  existsSync(join(root, 'PROJECTS/pages/outputs'))
    ? readdirSync(join(root, 'PROJECTS/pages/outputs')).sort()
    : [];

t.test('too much is undone together, in one row, and less than that is judged', async (t) => {
  const cases: readonly (readonly [name: string, agent: string, why?: RegExp])[] = [
    ['as many files as the owner allows', manyFiles(LIMITS.files - 1)],
    ['more files', manyFiles(LIMITS.files + 10), /it changed 50 files, and a pass may change 40/],
    ['a large file', sparse(80)],
    ['a larger one', sparse(101), /it wrote 101 MiB, and a pass may write 100 MiB/],
    ['a sparse file of 10 GB', sparse(10_240), /it wrote 10240 MiB/],
  ];
  for (const runner of ['script', 'boxed']) {
    for (const [name, agent, why] of cases) {
      const at = place(t.testdir(), agent, runner);
      const soul = read(at, 'SOUL.md');
      await pass(at);
      const title = `${name} (${runner})`;
      if (why === undefined) {
        t.not(outputs(at).length, 0, `${title}: stays`);
        t.same(audit(at, 'undo'), [], `${title}: nothing is undone`);
      } else {
        t.same(outputs(at), [], `${title}: nothing of it stays`);
        t.same(audit(at, 'undo'), ['. too-much'], `${title}: one row`);
        t.match(read(at, 'NOTIFICATIONS.md'), why, `${title}: the owner is told why`);
      }
      t.equal(read(at, 'SOUL.md'), soul);
    }
  }
});

t.test('a page lists some of many outputs and says so; the record has them all', async (t) => {
  const count = 230;
  const files = { 'USER.md': USER.replace('files:** 40', `files:** ${count + 10}`) };
  const at = placeWithProject(t.testdir(), `${FS}${manyFiles(count)}${REPORT}`, { files });
  await pass(at);
  const project = at.workspace.snapshot().record('PROJECT', 'pages');
  t.equal(fieldList(project, 'last_pass.outputs').length, 200);
  const said = /200 of 230 outputs are listed; nocturne log (RUN-\d{8}-001) has the others/;
  const recorded = audit(at, 'pass_record').filter((row) => said.test(row));
  t.equal(recorded.length, 1, 'the audit log says it');
  const [entry] = at.workspace.snapshot().records('MEMORY');
  t.match(fieldText(entry, 'outputs'), said, 'so does the memory');
  const run = said.exec(recorded.join())?.[1] ?? '';
  t.equal(runRecord(at.workspace.state, run)?.outputs?.length, count);
});

/** A module with rules. @param shown gets the paths that they are asked about. */
function examiner(shown: string[], blocks = false): PassModule {
  return {
    name: 'rules',
    onChange: () => undefined,
    examine: ({ changes }) => {
      shown.push(...changes.map(({ path }) => path));
      const message = 'nothing of it may stay';
      return Promise.resolve(blocks ? [{ effect: 'blocks', rule: 'r', source: '', message }] : []);
    },
  };
}

t.test('a flood is counted before the rules read any of it', async (t) => {
  for (const runner of ['script', 'boxed'])
    for (const [count, isFlood] of [
      [3, false],
      [LIMITS.files + 10, true],
    ] as const) {
      const at = place(t.testdir(), manyFiles(count), runner);
      const shown: string[] = [];
      await worker(environment(at, { modules: [examiner(shown)] }), { role: 'worker' });
      t.equal(shown.length, isFlood ? 0 : count, `${count} files (${runner})`);
      t.same(audit(at, 'undo'), isFlood ? ['. too-much'] : [], `${count} files (${runner})`);
    }
});

t.test('what a tool committed does not outlast a rule behind a flood', async (t) => {
  const at = place(t.testdir(), manyFiles(LIMITS.files + 10));
  const path = 'PROJECTS/pages/outputs/tool.md';
  const say = (line: string): void => {
    const [pass] = storedPasses(at.workspace.state);
    if (pass === undefined || !/^T4 +the agent works/.test(line)) return;
    const done = { step: 'T4', type: 'write', target: path, result: 'ok' };
    at.workspace.commit({
      actor: { kind: 'pass', name: 'worker' },
      runId: pass.data.runId,
      reason: 'a tool',
      changes: [{ kind: 'write', path, content: Buffer.from('by a tool\n') }],
      audit: [{ ...done, authorisation: '', detail: '' }],
    });
  };
  const shown: string[] = [];
  const modules = [examiner(shown, true)];
  await worker(environment(at, { modules, say }), { role: 'worker' });
  t.same(shown, [path], 'the rules see what the tool wrote');
  t.same(outputs(at), []);
  t.same(audit(at, 'undo'), ['. too-much', `${path} rule`]);
});

t.test('the calls of a pass may add as many rows to the logs as the owner allows', async (t) => {
  const page = "fs.writeFileSync('outputs/page.txt', 'one line\\n');\n";
  const addRows = ({ workspace }: Place, count: number): void =>
    void workspace.commit({
      actor: { kind: 'nocturne', name: 'nocturne' },
      runId: '',
      reason: 'calls of the agent',
      changes: [],
      audit: Array.from({ length: count }, (_, i) => ({
        step: 'T4',
        type: 'refusal',
        target: `call ${i}`,
        authorisation: 'scope',
        result: 'refused',
        detail: 'out of scope',
      })),
    });
  for (const [count, outputsLeft] of [
    [LIMITS.rows, ['page.txt']],
    [LIMITS.rows + 1, []],
  ] as const) {
    const at = place(t.testdir(), page);
    const say = (line: string): void => {
      if (/^T4 +the agent works/.test(line)) addRows(at, count);
    };
    await worker(environment(at, { say }), { role: 'worker' });
    t.same(outputs(at), outputsLeft, `${count} rows: what the pass wrote`);
    t.same(audit(at, 'undo'), outputsLeft.length === 0 ? ['. too-much'] : [], `${count} rows`);
    if (outputsLeft.length === 0)
      t.match(read(at, 'NOTIFICATIONS.md'), /added 1001 rows to the logs, and a pass may add 1000/);
    t.equal(audit(at, 'refusal').length, count, 'the rows themselves stay');
  }
});

t.test(
  'a credential in a large file is found, also across the pieces in which it is read',
  async (t) => {
    const at = place(
      t.testdir(),
      `${sparse(70)}const f = fs.openSync('outputs/big.bin', 'r+'); fs.writeSync(f, ' ${KEY} ', 1024 * 1024 * 3 - 10); fs.closeSync(f);\n`,
    );
    await pass(at);
    t.same(outputs(at), []);
    t.same(audit(at, 'undo'), ['PROJECTS/pages/outputs/big.bin secret']);
  },
);

t.test(
  'folders and files that were closed are opened again, and everything else is judged',
  async (t) => {
    const at = place(
      t.testdir(),
      `fs.writeFileSync('outputs/page.md', '# Page\\n');
fs.appendFileSync('../../SOUL.md', 'more\\n');
fs.chmodSync('../../audit', 0); fs.chmodSync('../../SOUL.md', 0); fs.chmodSync('../../memory', 0o777);
`,
    );
    const soul = read(at, 'SOUL.md');
    const modes = ['audit', 'memory', 'SOUL.md'].map((path) => statSync(join(at.root, path)).mode);
    await pass(at);
    t.same(
      ['audit', 'memory', 'SOUL.md'].map((path) => statSync(join(at.root, path)).mode),
      modes,
    );
    t.equal(read(at, 'SOUL.md'), soul);
    t.same(outputs(at), ['page.md']);
    t.same(
      audit(at, 'undo')
        .map((row) => row.split(' ')[0])
        .sort(),
      ['SOUL.md', 'audit/', 'memory/'],
    );
    t.ok([0, 1].includes(await pass(at)), 'the next pass runs');
  },
);

t.test(
  'an empty folder is not a change: in place it stays, in a copy it goes with it',
  async (t) => {
    const agent = "fs.mkdirSync('empty/deeper', { recursive: true });\n";
    for (const [runner, stays] of [
      ['script', true],
      ['boxed', false],
    ] as const) {
      const at = place(t.testdir(), agent, runner);
      await pass(at);
      t.equal(existsSync(join(at.root, 'PROJECTS/pages/empty/deeper')), stays, runner);
      t.same(audit(at, 'undo'), [], `${runner}: nothing is undone`);
    }
  },
);

t.test('what is no file, and names that no page can show, are undone and named', async (t) => {
  const at = place(
    t.testdir(),
    `import { execFileSync } from 'node:child_process';
execFileSync('mkfifo', ['outputs/pipe']);
fs.writeFileSync('../../a\\nb.md', 'x');
`,
  );
  await pass(at);
  t.equal(
    lstatSync(join(at.root, 'PROJECTS/pages/outputs/pipe'), { throwIfNoEntry: false }),
    undefined,
  );
  t.equal(existsSync(join(at.root, 'a\nb.md')), false);
  t.equal(audit(at, 'undo').length, 2);
});
