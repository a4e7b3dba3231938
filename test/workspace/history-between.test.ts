/** What changed between two times, from the end of the log: the same as from the whole of it. */
import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import { changedBetween, fileAt } from '../../src/workspace/history-between.js';
import { statesAt } from '../../src/workspace/history.js';
import { openWorkspace } from '../../src/workspace/open-workspace.js';
import type { Change, Snapshot } from '../../src/workspace/types.js';
import { makeWorkspace } from '../support/make-workspace.js';

const START = Date.parse('2026-11-21T02:00:00Z');
const [PAGE, PROJECT] = ['PROJECTS/alpha/outputs/page.md', 'PROJECTS/alpha/LONGRUNNER.md'];
const at = (minute: number): Date => new Date(START + minute * 60_000);
const project: Change = {
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
};

function timed(directory: string) {
  const made = makeWorkspace(directory);
  let now = at(0);
  const workspace = openWorkspace(made.root, { home: made.home, clock: { now: () => now } });
  return {
    workspace,
    root: made.root,
    change(minute: number, change: Change) {
      now = at(minute);
      workspace.commit({
        actor: { kind: 'owner', name: 'owner' },
        runId: '',
        reason: `minute ${minute}`,
        changes: [change],
      });
    },
  };
}

const objective = (value: string): Change => ({
  kind: 'set',
  address: `${PROJECT}#phase.objective`,
  value,
});
const page = (content: string): Change => ({ kind: 'write', path: PAGE, content });

t.test('any two times of any history', async (t) => {
  const { workspace, change } = timed(t.testdir());
  change(0, project);
  let minute = 1;
  fc.assert(
    fc.property(
      fc.array(
        fc.oneof(
          fc.constantFrom('one', 'two', 'x'.repeat(500)).map(objective),
          fc.constantFrom('a\n', 'b\n').map(page),
          fc.constant({ kind: 'delete', path: PAGE } as const),
        ),
        { minLength: 1, maxLength: 4 },
      ),
      fc.nat(),
      fc.nat(),
      (changes, a, b) => {
        for (const each of changes)
          try {
            change(minute++, each);
          } catch {
            // Nothing is there to be deleted.
          }
        const [from, to] = [a % minute, b % minute].sort((x, y) => x - y);
        const snapshot = workspace.snapshot();
        const times = [at(from ?? 0), at(to ?? 0)] as const;
        t.strictSame(quick(snapshot, ...times), slow(snapshot, ...times));
      },
    ),
    { numRuns: 12 },
  );
});

t.test('of a file, and of a page with records', async (t) => {
  const { workspace, root, change } = timed(t.testdir());
  change(0, project);
  change(1, page('first\n'));
  change(2, objective('two'));
  change(3, page('second\n'));
  change(4, objective('three'));
  const snapshot = workspace.snapshot();

  t.test('only the file that is asked for', async (t) => {
    const options = { from: at(0), to: at(9), path: PROJECT };
    t.match(changedBetween(snapshot, options), {
      isWhole: true,
      changed: [
        {
          address: `${PROJECT}#phase.objective`,
          before: 'one',
          after: 'three',
          change: { reason: 'minute 4' },
        },
      ],
    });
  });
  t.test('a value that is the same again has not changed', async (t) => {
    change(5, objective('one'));
    const options = { from: at(0), to: at(9), path: PROJECT };
    t.strictSame(changedBetween(workspace.snapshot(), options).changed, []);
  });
  t.test('rows are read up to a number, and that is said', async (t) => {
    t.match(changedBetween(snapshot, { from: at(0), to: at(9), most: 2 }), { isWhole: false });
  });
  t.test('the fields of a page at a time', async (t) => {
    const values = fileAt(snapshot, PROJECT, at(2));
    t.equal(values.get(`${PROJECT}#phase.objective`), 'two');
    t.equal(values.get(`${PROJECT}#mission`), 'count');
    t.equal(fileAt(snapshot, PROJECT, new Date(START - 1000)).size, 0, 'none before it was made');
  });
  t.test('an edit outside Nocturne is what is there now', async (t) => {
    writeFileSync(join(root, PAGE), 'by hand\n');
    appendFileSync(join(root, 'MEMORY.md'), '\nA line.\n');
    const after = workspace.snapshot();
    const times = [at(2), at(9)] as const;
    t.strictSame(quick(after, ...times), slow(after, ...times));
    t.equal(
      changedBetween(after, { from: at(2), to: at(9), path: PAGE }).changed[0]?.after,
      `sha256:${after.hash(PAGE)}`,
    );
  });
});

type Shown = readonly (readonly [string, string, string])[];

function quick(snapshot: Snapshot, from: Date, to: Date): Shown {
  return changedBetween(snapshot, { from, to }).changed.map((row) => [
    row.address,
    row.before,
    row.after,
  ]);
}

function slow(snapshot: Snapshot, from: Date, to: Date): Shown {
  const [before, after] = statesAt(snapshot, [from, to]);
  return [...new Set([...(before?.keys() ?? []), ...(after?.keys() ?? [])])]
    .sort()
    .map((address): readonly [string, string, string] => [
      address,
      before?.get(address)?.value ?? '',
      after?.get(address)?.value ?? '',
    ])
    .filter(([, old, now]) => old !== now);
}
