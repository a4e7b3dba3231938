import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { fieldText } from '../../src/project/field-text.js';
import { manager } from '../../src/passes/manager/manager.js';
import type { FileChange, PassModule } from '../../src/passes/module.js';
import { MOST_ROUNDS, runModules } from '../../src/passes/modules/run-modules.js';
import { worker } from '../../src/passes/worker/worker.js';
import type { ChangeSet } from '../../src/workspace/types.js';
import {
  environment,
  type Place,
  placeWithProject,
  read,
  REPORT,
  trail,
  WRITES_PAGE,
} from './pass-workspace.js';

const REGISTRY = read(
  { root: new URL('../../../', import.meta.url).pathname } as Place,
  'REGISTRY.md',
);
/** R8 with these rows in place of its own. */
const withModules = (rows: readonly string[]): Record<string, string> => ({
  'REGISTRY.md': `${REGISTRY.slice(0, REGISTRY.indexOf('| Module | Watches'))}| Module | Watches | Enabled |\n|---|---|---|\n${rows.map((row) => `| ${row} | yes |\n`).join('')}`,
});
const rows = (files: readonly (readonly FileChange[])[]): readonly string[] =>
  files.map((changes) =>
    changes
      .map((one) => `${one.kind} ${one.path}`)
      .filter((one) => !one.includes('README'))
      .join(', '),
  );
const writes = (path: string, content: string): ChangeSet => ({
  actor: { kind: 'nocturne', name: 'test' },
  runId: '',
  reason: 'a module wrote',
  changes: [{ kind: 'write', path, content }],
});
const engine = (place: Place, modules: readonly PassModule[]) => ({
  workspace: place.workspace,
  modules,
  runId: '',
  signal: new AbortController().signal,
  say: () => undefined,
  commit: (changeSet: ChangeSet) => void place.workspace.commit(changeSet),
});

t.test(
  'a module hears of what a pass wrote, and of what the owner wrote between passes, each once',
  async (t) => {
    const heard: (readonly FileChange[])[] = [];
    const module: PassModule = { name: 'memory', onChange: (changes) => void heard.push(changes) };
    const place = placeWithProject(t.testdir(), WRITES_PAGE + REPORT, {
      files: withModules(['memory | `PROJECTS/*/outputs/**`, `PROJECTS/pages/notes.md`']),
      stop: '- file_exists: never.md',
    });
    const env = environment(place, { modules: [module] });
    const first = await worker(env, { role: 'worker' });
    t.same(rows(heard), ['added PROJECTS/pages/outputs/page.md']);
    t.ok(trail(place, first.data?.runId ?? '').includes('T8 modules memory ok'));
    writeFileSync(join(place.root, 'PROJECTS/pages/notes.md'), 'Mine.\n');
    rmSync(join(place.root, 'PROJECTS/pages/outputs/page.md'));
    await manager(env, { role: 'manager' });
    t.same(
      rows(heard).slice(1),
      ['added PROJECTS/pages/notes.md, deleted PROJECTS/pages/outputs/page.md'],
      'the manager delivers as well',
    );
    await manager(env, { role: 'manager' });
    t.equal(heard.length, 2);
  },
);

t.test(
  'a module that fails hears of the same again; the pass and the other modules go on',
  async (t) => {
    const heard: string[] = [];
    let broken = true;
    const modules: PassModule[] = [
      {
        name: 'memory',
        onChange: (changes) => {
          if (broken) throw new Error('out of paper');
          heard.push(`memory ${changes.length}`);
        },
      },
      {
        name: 'improve',
        onChange: (changes) => void heard.push(`improve ${changes.length}`),
        sweep: () => {
          throw new Error('no broom');
        },
      },
    ];
    const place = placeWithProject(t.testdir(), WRITES_PAGE + REPORT, {
      files: withModules(['memory | `PROJECTS/*/outputs/**`', 'improve | `PROJECTS/*/outputs/**`']),
    });
    const report = await worker(environment(place, { modules }), { role: 'worker' });
    t.equal(report.exit, 0, report.outcome);
    const told = trail(place, report.data?.runId ?? '');
    t.ok(
      told.includes('T8 modules memory failed') &&
        told.includes('T8 modules improve ok') &&
        told.includes('T8 sweep improve failed'),
      told.filter((row) => row.startsWith('T8')).join('\n'),
    );
    t.same(heard, ['improve 1']);
    broken = false;
    await runModules(engine(place, modules));
    t.same(heard, ['improve 1', 'memory 1']);
  },
);

t.test(
  'a module is told that the briefing is ready once it is on the page; one that fails is on record',
  async (t) => {
    const told: unknown[] = [];
    const modules: PassModule[] = [
      {
        name: 'memory',
        onChange: () => undefined,
        onEvent: () => {
          throw new Error('no paper');
        },
      },
      {
        name: 'improve',
        onChange: () => undefined,
        onEvent: ({ kind, time, body }, { workspace }) => {
          const [page] = workspace.snapshot().records('BRIEFING');
          told.push([
            kind,
            time !== '' && time === fieldText(page, 'time'),
            body === fieldText(page, 'body'),
            body,
          ]);
        },
      },
    ];
    const place = placeWithProject(t.testdir(), '', {
      files: withModules(['memory | `memory/*.txt`', 'improve | `memory/*.txt`']),
    });
    const report = await manager(environment(place, { modules }), { role: 'manager' });
    t.equal(report.exit, 0, report.outcome);
    t.match(told, [['briefing.ready', true, true, /\S/]]);
    t.ok(trail(place, report.data?.runId ?? '').includes('T9 briefing.ready memory failed'));
  },
);

t.test(
  'a crash between the module’s part and its cursor delivers again: at least once',
  async (t) => {
    const place = placeWithProject(t.testdir(), '', {
      files: { ...withModules(['memory | `memory/*.txt`']), 'memory/a.txt': 'a' },
    });
    const heard: (readonly FileChange[])[] = [];
    const run = () =>
      runModules(
        engine(place, [{ name: 'memory', onChange: (changes) => void heard.push(changes) }]),
      );
    await run();
    rmSync(join(place.workspace.state, 'modules/memory.json'));
    await run();
    t.same(rows(heard), ['added memory/a.txt', 'added memory/a.txt']);
  },
);

t.test('what one module writes another hears of in the same run', async (t) => {
  const place = placeWithProject(t.testdir(), '', {
    files: {
      ...withModules(['memory | `memory/out.txt`', 'improve | `memory/in.txt`']),
      'memory/in.txt': 'in',
    },
  });
  const heard: string[] = [];
  const done = await runModules(
    engine(place, [
      { name: 'memory', onChange: (changes) => void heard.push(...changes.map((one) => one.path)) },
      { name: 'improve', onChange: () => writes('memory/out.txt', 'out') },
    ]),
  );
  t.same(heard, ['memory/out.txt']);
  t.match(done, {
    looping: [],
    runs: [
      { module: 'memory', changes: 1 },
      { module: 'improve', changes: 1 },
    ],
  });
});

t.test(
  'modules that wake each other up are stopped after a few rounds, and the owner is told once',
  async (t) => {
    const place = placeWithProject(t.testdir(), '', {
      files: {
        ...withModules(['memory | `memory/in.txt`', 'improve | `memory/out.txt`']),
        'memory/in.txt': '0',
      },
    });
    let n = 0;
    const modules: PassModule[] = [
      { name: 'memory', onChange: () => writes('memory/out.txt', String(++n)) },
      { name: 'improve', onChange: () => writes('memory/in.txt', String(++n)) },
    ];
    const done = await runModules(engine(place, modules));
    t.same(done.looping, ['memory']);
    t.equal(n, 2 * MOST_ROUNDS);
    await runModules(engine(place, modules));
    const told = place.workspace
      .snapshot()
      .records('NOTIFICATION')
      .filter((one) => fieldText(one, 'action_needed').includes('memory'));
    t.equal(told.length, 1);
    t.match(fieldText(told[0], 'action_needed'), /wakes itself up.*REGISTRY\.md/);
  },
);

t.test(
  'what a module has for the project stands in the brief as data, and a module that fails there is named',
  async (t) => {
    const fragment = {
      title: 'From a module',
      source: 'x',
      sha256: 'y',
      text: 'Twelve pages wait.',
      trust: 'data' as const,
    };
    const asked: (string | undefined)[] = [];
    const modules: PassModule[] = [
      {
        name: 'memory',
        onChange: () => undefined,
        fragments: ({ project }) => {
          asked.push(project);
          return [fragment];
        },
      },
      {
        name: 'improve',
        onChange: () => undefined,
        fragments: () => {
          throw new Error('no ink');
        },
      },
      {
        name: 'plans',
        onChange: () => undefined,
        fragments: () => [{ ...fragment, text: 'never seen' }],
      },
    ];
    const place = placeWithProject(t.testdir(), WRITES_PAGE + REPORT, {
      files: withModules(['memory | `memory/*.md`', 'improve | `memory/*.md`']),
    });
    const report = await worker(environment(place, { modules }), { role: 'worker' });
    t.same(asked, ['pages']);
    t.match(report.data?.prompt, /### Data: From a module[\s\S]*Twelve pages wait\./);
    t.notMatch(report.data?.prompt, /never seen/, 'a module that is not enabled is not asked');
    t.ok(trail(place, report.data?.runId ?? '').includes('T4 brief improve failed'));
    t.equal(report.exit, 0, report.outcome);
  },
);
