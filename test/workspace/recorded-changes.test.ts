import {
  cpSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { decide } from '../../src/governance/guard/decide.js';
import type { Authority } from '../../src/governance/types.js';
import { projectScope } from '../../src/passes/project-scope.js';
import { validateSnapshot } from '../../src/validate/validate-snapshot.js';
import { openWorkspace } from '../../src/workspace/open-workspace.js';
import { type Moment, recordedChanges } from '../../src/workspace/recorded-changes.js';
import type { Change, Workspace } from '../../src/workspace/types.js';
import { worker } from '../support/guard-workspace.js';
import { placeWithProject } from '../passes/pass-workspace.js';

const PROJECT = 'PROJECTS/pages/LONGRUNNER.md';
const outputs = (name: string): string => `PROJECTS/pages/outputs/${name}`;

type Place = {
  readonly root: string;
  readonly workspace: Workspace;
  readonly commit: (time: string, ...changes: readonly Change[]) => void;
};

function place(directory: string, files: Readonly<Record<string, string>> = {}): Place {
  const made = placeWithProject(directory, '', {
    files: { [outputs('adopted.md')]: 'It was there before nocturne was.\n', ...files },
  });
  const clock = { time: new Date(0) };
  const workspace = openWorkspace(made.root, { home: made.home, clock: { now: () => clock.time } });
  const commit: Place['commit'] = (time, ...changes) => {
    clock.time = new Date(time);
    workspace.commit({
      actor: { kind: 'pass', name: 'test' },
      runId: 'RUN-20261121-001',
      reason: 'agent wrote',
      changes,
    });
  };
  return { root: made.root, workspace, commit };
}

const write = (name: string, content: string): Change => ({
  kind: 'write',
  path: outputs(name),
  content,
});
const phaseStarts = (value: string): Change => ({
  kind: 'set',
  address: 'PROJECT[pages].phase.started',
  value,
});

t.test(
  'what changed since a moment is known by hash, whatever the times of the files are',
  async (t) => {
    const at = place(t.testdir());
    at.commit(
      '2026-11-20T01:00:00Z',
      write('early.md', 'one\n'),
      write('rewritten.md', 'one\n'),
      write('by-hand.md', 'one\n'),
      write('back.md', 'one\n'),
    );
    at.commit('2026-11-21T01:00:00Z', phaseStarts('2026-11-21T01:00:00Z'));
    at.commit(
      '2026-11-21T02:00:00Z',
      write('rewritten.md', 'two\n'),
      write('late.md', 'one\n'),
      write('back.md', 'two\n'),
    );
    at.commit('2026-11-21T03:00:00Z', write('back.md', 'one\n'));
    writeFileSync(join(at.root, outputs('by-hand.md')), 'two\n');
    const early = new Date('2001-01-01T00:00:00Z');
    const late = new Date('2099-01-01T00:00:00Z');
    for (const [name, time] of [
      ['early.md', late],
      ['adopted.md', late],
      ['late.md', early],
      ['rewritten.md', early],
    ] as const)
      utimesSync(join(at.root, outputs(name)), time, time);
    const changes = recordedChanges(at.workspace.snapshot(), 'PROJECTS/pages/');
    const start: Moment = {
      instant: Date.parse('2026-11-21T01:00:00Z'),
      address: `${PROJECT}#phase.started`,
    };
    const changed = (moment: Moment): readonly string[] =>
      ['adopted.md', 'back.md', 'by-hand.md', 'early.md', 'late.md', 'rewritten.md'].filter(
        (name) => changes.changedSince(outputs(name), moment),
      );
    t.same(changed(start), ['by-hand.md', 'late.md', 'rewritten.md']);
    t.same(changed({ instant: start.instant }), ['by-hand.md', 'late.md', 'rewritten.md']);
    t.same(changed({ instant: Date.parse('2026-11-21T02:30:00Z') }), ['back.md', 'by-hand.md']);
    t.ok(
      changes.changedSince(PROJECT, { instant: start.instant }),
      'a page with fields changed when one of them did',
    );
    t.notOk(changes.changedSince(PROJECT, start));
    t.equal(changes.lastChange(outputs('adopted.md')), undefined);
    t.match(changes.lastChange(outputs('back.md')), { written: '2026-11-21T03:00:00Z' });
    t.match(changes.lastChange(outputs('by-hand.md')), {
      order: Number.POSITIVE_INFINITY,
      written: '2026-11-20T01:00:00Z',
    });
    t.ok(
      (changes.lastChange(outputs('early.md'))?.order ?? 0) <
        (changes.lastChange(outputs('late.md'))?.order ?? 0),
    );
  },
);

t.test('a clock that is set back does not turn the order around', async (t) => {
  const at = place(t.testdir());
  at.commit('2026-11-21T05:00:00Z', write('early.md', 'one\n'));
  at.commit('2026-11-21T05:00:00Z', phaseStarts('2026-11-21T05:00:00Z'));
  at.commit('2026-11-21T02:00:00Z', write('late.md', 'one\n'));
  t.same(projectScope(at.workspace.snapshot(), 'pages').earlierOutputs, [
    outputs('adopted.md'),
    outputs('early.md'),
  ]);
});

t.test(
  'outputs of an earlier phase are those that no recorded change of this phase wrote',
  async (t) => {
    const at = place(t.testdir());
    at.commit('2026-11-20T01:00:00Z', write('early.md', 'one\n'), write('rewritten.md', 'one\n'));
    t.same(
      projectScope(at.workspace.snapshot(), 'pages').earlierOutputs,
      [],
      'in the first phase nothing is of an earlier one',
    );
    at.commit('2026-11-21T01:00:00Z', phaseStarts('2026-11-21T01:00:00Z'));
    at.commit('2026-11-21T02:00:00Z', write('rewritten.md', 'two\n'), write('late.md', 'one\n'));
    t.same(projectScope(at.workspace.snapshot(), 'pages').earlierOutputs, [
      outputs('adopted.md'),
      outputs('early.md'),
    ]);
  },
);

/** What happens to a workspace, and which of its outputs are of an earlier phase then. */
type Disturbance = readonly [
  what: string,
  disturb: (root: string) => void,
  earlier?: readonly string[],
];

const EARLIER = ['adopted.md', 'early #1.md', 'early.md'];
const CURRENT = ['late #1.md', 'late.md', 'rewritten.md'];
const NAMES = [...EARLIER, ...CURRENT];

function dated(year: string, names: readonly string[]): (root: string) => void {
  const time = new Date(`${year}-01-01T00:00:00Z`);
  return (root) => {
    for (const name of names) utimesSync(join(root, outputs(name)), time, time);
  };
}

function edited(page: string, from: RegExp, to: string): (root: string) => void {
  return (root) => {
    const path = join(root, page);
    writeFileSync(path, readFileSync(path, 'utf8').replace(from, to));
  };
}

function rewritten(name: string, content: string): (root: string) => void {
  return (root) => {
    writeFileSync(join(root, outputs(name)), content);
  };
}

/** As a checkout does it: a new file in its place. */
function replaced(root: string): void {
  for (const name of NAMES) {
    const path = join(root, outputs(name));
    cpSync(path, `${path}~`);
    renameSync(`${path}~`, path);
  }
}

const DISTURBANCES: readonly Disturbance[] = [
  ['nothing', () => undefined],
  ['a touch of the earlier ones, into the future', dated('2099', EARLIER)],
  ['a touch of the current ones, into the past', dated('2001', CURRENT)],
  ['all times are old', dated('2001', NAMES)],
  ['all times are new', dated('2099', NAMES)],
  ['a checkout of the same contents', replaced],
  ['a hand that changed an earlier one', rewritten('early.md', 'by hand\n')],
  ['a hand that changed one without a record', rewritten('adopted.md', 'by hand\n')],
  ['a hand that changed a current one', rewritten('late.md', 'by hand\n')],
  [
    'a checkout of the contents before the phase',
    rewritten('rewritten.md', 'one\n'),
    [...EARLIER, 'rewritten.md'],
  ],
  ['a file that no record mentions', rewritten('unknown.md', 'one\n'), [...EARLIER, 'unknown.md']],
  ['a current one is gone', (root) => rmSync(join(root, outputs('late.md')))],
  [
    'the start of the phase as another zone writes it',
    edited(PROJECT, /(started: ).*/, '$12026-11-21T02:00:00+01:00'),
  ],
  ['the start of the phase is empty', edited(PROJECT, /(started:).*/, '$1 null')],
  ['the start of the phase is no time', edited(PROJECT, /(started:).*/, '$1 yesterday')],
];

t.test('what happens to files outside of Nocturne changes no phase of theirs', async (t) => {
  const at = place(t.testdir());
  const early = ['early.md', 'early #1.md', 'rewritten.md'];
  // The clock is set forward before the phase begins, and back after it.
  at.commit('2027-11-20T01:00:00Z', ...early.map((name) => write(name, 'one\n')));
  at.commit('2026-11-21T01:00:00Z', phaseStarts('2026-11-21T01:00:00Z'));
  at.commit('2026-11-19T02:00:00Z', ...CURRENT.map((name) => write(name, 'two\n')));
  for (const [what, disturb, earlier = EARLIER] of DISTURBANCES) {
    // Without its times: a copy is new.
    const copy = join(mkdtempSync(join(at.root, '..', 'copy-')), 'workspace');
    cpSync(at.root, copy, { recursive: true });
    disturb(copy);
    const workspace = openWorkspace(copy, at.workspace);
    const snapshot = workspace.snapshot();
    const scope = projectScope(snapshot, 'pages');
    t.same(
      scope.earlierOutputs,
      earlier.map((name) => outputs(name)),
      what,
    );
    const authority: Authority = { ...worker, project: 'pages', ...scope };
    const codes = NAMES.filter((name) => snapshot.files.has(outputs(name))).map((name) => [
      name,
      decide(snapshot, authority, { kind: 'write', path: outputs(name), content: '# Page\n' })
        .reasons[0]?.code,
    ]);
    t.strictSame(
      codes,
      codes.map(([name]) => [name, earlier.includes(name ?? '') ? 'earlier-phase' : 'allowed']),
      what,
    );
  }
});

t.test('a project that was adopted in a later phase keeps its outputs as they are', async (t) => {
  const phases = `# Phases

## plan

- **Objective:** Plan the page.

\`\`\`yaml successors
- write
\`\`\`

## write

- **Objective:** Write the page.
`;
  const at = place(t.testdir(), { 'PROJECTS/pages/PHASES.md': phases });
  t.same(projectScope(at.workspace.snapshot(), 'pages').earlierOutputs, [outputs('adopted.md')]);
});

t.test(
  'an objective that the last pass reached is not complained of when something was changed since',
  async (t) => {
    const at = place(t.testdir());
    const pass: readonly (readonly [field: string, value: string])[] = [
      ['last_pass.date', '2026-11-21T01:00:00Z'],
      ['last_pass.objective', 'Write the first page.'],
      ['last_pass.quality', 'STRONG'],
    ];
    at.commit('2026-11-21T00:30:00Z', write('page.md', 'one\n'));
    at.commit(
      '2026-11-21T01:00:00Z',
      ...pass.map(
        ([field, value]): Change => ({ kind: 'set', address: `PROJECT[pages].${field}`, value }),
      ),
    );
    const complaints = async (): Promise<readonly string[]> =>
      (await validateSnapshot(at.workspace.snapshot(), { home: at.workspace.home, modules: [] }))
        .filter(({ rule }) => rule === 'objective')
        .map(({ message }) => message);
    t.match(await complaints(), [
      /the last pass reached the objective of .* \(STRONG\), and no change is recorded since/,
    ]);
    at.commit('2026-11-21T02:00:00Z', write('page.md', 'two\n'));
    t.same(await complaints(), []);
  },
);
