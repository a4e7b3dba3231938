import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import { formatRow } from '../../src/markdown/row.js';
import {
  changeRows,
  type PastState,
  presentValues,
  statesAt,
  storedText,
  valueAt,
} from '../../src/workspace/history.js';
import { openWorkspace } from '../../src/workspace/open-workspace.js';
import type { Change, Workspace } from '../../src/workspace/types.js';
import { makeWorkspace } from '../support/make-workspace.js';

const START = Date.parse('2026-11-21T02:00:00Z');
const owner = { kind: 'owner', name: 'owner' } as const;

function timed(directory: string): {
  readonly workspace: Workspace;
  readonly at: (minute: number) => Date;
  readonly go: (minute: number) => void;
  readonly change: (...changes: readonly Change[]) => void;
} {
  const made = makeWorkspace(directory);
  let now = START;
  const workspace = openWorkspace(made.root, {
    home: made.home,
    clock: { now: () => new Date(now) },
  });
  return {
    workspace,
    at: (minute) => new Date(START + minute * 60_000),
    go: (minute) => {
      now = START + minute * 60_000;
    },
    change: (...changes) => {
      workspace.commit({ actor: owner, runId: '', reason: 'test', changes });
    },
  };
}

const values = (state: PastState): Record<string, string> =>
  Object.fromEntries([...state.values()].map(({ address, value }) => [address, value]).sort());
const project = {
  kind: 'insert',
  object: 'PROJECT',
  key: 'alpha',
  fields: {
    mission: 'count',
    'phase.name': 'first',
    'phase.objective': 'one',
    'phase.status': 'active',
    'next_pass.model_tier': 'standard',
  },
} as const;
const objective = 'PROJECTS/alpha/LONGRUNNER.md#phase.objective';

t.test('a value has at each time what it had then', async (t) => {
  const { workspace, at, go, change } = timed(t.testdir());
  go(1);
  change(project);
  go(2);
  change({ kind: 'set', address: objective, value: 'two' });
  go(3);
  const long = 'a long one, with a | pipe. '.repeat(40);
  change({ kind: 'set', address: objective, value: long });
  go(4);
  change({ kind: 'remove', object: 'PROJECT', key: 'alpha' });
  const snapshot = workspace.snapshot();
  const seen = [0, 1, 2, 3, 4].map(
    (minute) => valueAt(snapshot, { address: objective, time: at(minute) }).value,
  );
  t.same([seen[0], seen[1], seen[2], seen[4]], ['', 'one', 'two', '']);
  t.match(seen[3], /^sha256:/, 'the log holds a long value by its hash');
  t.equal(storedText(workspace.root, seen[3] ?? ''), long, 'and its text is kept');
  t.equal(
    storedText(workspace.root, `sha256:${'0'.repeat(64)}`),
    undefined,
    'what is not kept is not made up',
  );
  t.equal(valueAt(snapshot, { address: objective, time: at(2) }).change?.reason, 'test');
  t.same(
    [...changeRows(snapshot, objective)].map((row) => row.old),
    ['', 'one', 'two', seen[3]],
  );
});

t.test(
  'what somebody edited by hand shows at the next recorded change, and in the present',
  async (t) => {
    const { workspace, at, go, change } = timed(t.testdir());
    go(1);
    change(project);
    const path = join(workspace.root, 'PROJECTS/alpha/LONGRUNNER.md');
    writeFileSync(path, readFileSync(path, 'utf8').replace('objective: one', 'objective: by hand'));
    t.equal(valueAt(workspace.snapshot(), { address: objective, time: at(1) }).value, 'by hand');
    t.equal(
      valueAt(workspace.snapshot(), { address: objective, time: at(1) }).change,
      undefined,
      'nobody recorded it',
    );
    go(3);
    change({ kind: 'set', address: objective, value: 'three' });
    t.equal(valueAt(workspace.snapshot(), { address: objective, time: at(2) }).value, 'by hand');
    t.equal(valueAt(workspace.snapshot(), { address: objective, time: at(3) }).value, 'three');
  },
);

t.test('by the time at which it was true, a later note replaces what was believed', async (t) => {
  const { workspace, at, go, change } = timed(t.testdir());
  go(10);
  change(project);
  go(20);
  change({ kind: 'set', address: objective, value: 'noted late', valid: at(5) });
  go(30);
  change({ kind: 'set', address: objective, value: 'from the future', valid: at(90) });
  const snapshot = workspace.snapshot();
  const seen = (axis: 'written' | 'valid') =>
    [1, 5, 10, 20, 30, 90].map(
      (minute) => valueAt(snapshot, { address: objective, time: at(minute), axis }).value,
    );
  t.same(seen('written'), ['', '', 'one', 'noted late', 'from the future', 'from the future']);
  t.same(seen('valid'), [
    '',
    'noted late',
    'noted late',
    'noted late',
    'noted late',
    'from the future',
  ]);
});

const key = fc.constantFrom('alpha', 'beta', 'gamma');
const text = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.constantFrom('-', 'a|b', ' x ', '<br>', 'sha256:', 'y'.repeat(500), 'null'),
);
const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('set' as const), key, text }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('remove' as const), key, text }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('file' as const), key, text }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('row' as const), key, text }) },
);

t.test(
  'whatever happened, the state at each time is the one that the workspace had, and the state now is the workspace',
  async (t) => {
    const { workspace, at, go, change } = timed(t.testdir());
    let minute = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), async (steps) => {
        const remembered: { readonly time: Date; readonly state: Record<string, string> }[] = [];
        for (const one of steps) {
          go(++minute);
          const snapshot = workspace.snapshot();
          const there = snapshot.record('PROJECT', one.key) !== undefined;
          if (one.do === 'set')
            change(...(there ? [] : [{ ...project, key: one.key }]), {
              kind: 'set',
              address: `PROJECT[${one.key}].phase.objective`,
              value: one.text,
            });
          else if (one.do === 'remove' && there)
            change({ kind: 'remove', object: 'PROJECT', key: one.key });
          else if (one.do === 'file')
            change({
              kind: 'write',
              path: `PROJECTS/${one.key}/outputs/page.md`,
              content: `${one.text}\n`,
            });
          else if (one.do === 'row')
            change({
              kind: 'insert',
              object: 'LESSON',
              fields: {
                id: `L-20261121-${String(minute).padStart(3, '0')}`,
                title: one.key,
                date: '2026-11-21',
                kind: 'note',
                observation: one.text,
                evidence: 'none',
              },
            });
          remembered.push({
            time: at(minute),
            state: Object.fromEntries(
              [...presentValues(workspace.snapshot())]
                .map(([address, value]) => [address, storedForm(value)])
                .sort(),
            ),
          });
        }
        const states = statesAt(workspace.snapshot(), [
          ...remembered.map(({ time }) => time),
          at(1_000_000),
        ]);
        for (const [i, { state }] of remembered.entries())
          if (JSON.stringify(inStoredForm(states[i])) !== JSON.stringify(state))
            return t.same(inStoredForm(states[i]), state);
        return (
          JSON.stringify(values(states.at(-1) ?? new Map())) ===
          JSON.stringify(Object.fromEntries([...presentValues(workspace.snapshot())].sort()))
        );
      }),
      { numRuns: 8 },
    );
    t.pass('for random changes');
  },
);

/** A long value as the log holds it, so that past and present compare. */
function storedForm(value: string): string {
  return value.length > 400 ? `long ${value.length}` : value.trim();
}

function inStoredForm(state: PastState | undefined): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values(state ?? new Map())).map(([address, value]) => [
      address,
      /^sha256:/.test(value) && address.includes('#') && value.length > 20
        ? 'long 500'
        : storedForm(value),
    ]),
  );
}

t.test('a long log is read in little memory', async (t) => {
  const { workspace, at } = timed(t.testdir());
  const file = join(workspace.root, 'audit/CHANGE-LOG.md');
  const row = (i: number): string =>
    `${formatRow([objective, `value ${i}`, `value ${i + 1}`, 'worker', 'RUN-20261121-001', 'pass_record', '2026-11-21T02:00:00Z', '2026-11-21T02:00:00Z', 'the reason why this was changed', '0'.repeat(32)])}\n`;
  for (let block = 0; block < 100; block++)
    appendFileSync(file, Array.from({ length: 1000 }, (_, i) => row(block * 1000 + i)).join(''));
  const before = process.memoryUsage();
  let rows = 0;
  let most = 0;
  for (const _ of changeRows(workspace.snapshot())) {
    rows++;
    if (rows % 5000 === 0) most = Math.max(most, process.memoryUsage().external - before.external);
  }
  t.ok(rows >= 100_000);
  t.same([...changeRows(workspace.snapshot(), 'nothing')], []);
  t.ok(most < 16 << 20, `blocks are reused (${most} bytes more)`);
  t.equal(valueAt(workspace.snapshot(), { address: objective, time: at(0) }).value, '');
});
