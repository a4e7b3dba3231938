/**
 * The owner saves a file while a transaction is being carried out: at every step, in every way an
 * editor does it, nothing is lost.
 */
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import t from 'tap';
import { transact, type TransactResult } from '../../src/workspace/journal.js';
import { recover } from '../../src/workspace/recover.js';
import type { StorageOp } from '../../src/workspace/storage-types.js';
import { freeze } from './crash/freeze.js';
import { contentOf, generationOf, makePlace, opsTo, type Place } from './crash/scenario.js';
import { scratch } from './crash/scratch.js';

const OWNER = 'The owner wrote this while nocturne was writing.\n';
const ACTS: Record<string, (path: string) => void> = {
  'saves in place': (path) => writeFileSync(path, OWNER),
  'saves through a new file': (path) => {
    writeFileSync(`${path}~`, OWNER);
    renameSync(`${path}~`, path);
  },
  'types at the end': (path) => appendFileSync(path, OWNER),
};
const TARGETS = ['A.md', 'PROJECTS/two/D.md', 'PROJECTS/odd/deep/E.md', 'PROJECTS/one/F.md'];

for (const [act, save] of Object.entries(ACTS)) {
  t.test(`the owner ${act} during a transaction`, async (t) => {
    const directory = scratch(t);
    const { start, steps } = beforeThird(directory);
    let conflicts = 0;
    for (const target of TARGETS) {
      for (const [i, step] of steps.entries()) {
        const place = freeze(start, join(directory, `${target.replaceAll('/', '-')}-${i}`));
        const path = join(place.root, target);
        const result = transact(place.root, place.state, opsTo(place, 3), {
          runId: '',
          reason: '',
          failpoint: once(i, () => existsSync(dirname(path)) && save(path)),
        });
        conflicts += result.conflicts.length;
        const texts = allTexts(place.root);
        if (existsSync(dirname(path)) && !texts.some((text) => text.includes(OWNER)))
          t.fail(`${target} at ${step}: the owner's text is gone`);
        checkConflicts(place, result, { target, step, texts });
        checkOthers(place, target, step);
      }
    }
    t.ok(conflicts > 20, `${conflicts} conflicts were found and kept`);
  });
}

// Every step is flushed to a real disk, which others may be using.
t.setTimeout(120_000);

t.test(
  'the owner deletes a file during a transaction: it stays deleted, and what would have been in it is kept',
  async (t) => {
    const directory = scratch(t);
    const { start, steps } = beforeThird(directory);
    for (const step of ['checked', 'committed', 'staged A.md', 'staged files flushed']) {
      const place = freeze(start, join(directory, step.replace('/', '-')));
      const result = transact(place.root, place.state, opsTo(place, 3), {
        runId: '',
        reason: '',
        failpoint: once(steps.indexOf(step), () => rmSync(join(place.root, 'A.md'))),
      });
      t.match(result.conflicts, [{ path: 'A.md', why: 'deleted', theirs: undefined }], step);
      t.notOk(existsSync(join(place.root, 'A.md')));
      t.match(
        readFileSync(join(place.root, result.conflicts[0]?.ours ?? ''), 'utf8'),
        /generation 3/,
      );
    }
  },
);

t.test(
  'the owner edits a log during a transaction: the rows are kept beside, the anchor stays where it was proved',
  async (t) => {
    const directory = scratch(t);
    const { start, steps } = beforeThird(directory);
    const place = freeze(start, join(directory, 'log'));
    const log = join(place.root, 'audit/LOG.md');
    const before = readFileSync(join(place.state, 'anchors.json'), 'utf8');
    const result = transact(place.root, place.state, opsTo(place, 3), {
      runId: '',
      reason: '',
      failpoint: once(steps.indexOf('committed'), () => appendFileSync(log, OWNER)),
    });
    t.match(result.conflicts, [{ path: 'audit/LOG.md', why: 'log changed' }]);
    t.ok(readFileSync(log, 'utf8').endsWith(OWNER));
    t.match(
      readFileSync(join(place.root, result.conflicts[0]?.ours ?? ''), 'utf8'),
      /^\| 3 \| part 1 of 1 \| [0-9a-f]{32} \|\n$/,
    );
    const anchors = JSON.parse(readFileSync(join(place.state, 'anchors.json'), 'utf8')) as {
      logs: Record<string, unknown>;
    };
    t.same(
      anchors.logs['audit/LOG.md'],
      (JSON.parse(before) as typeof anchors).logs['audit/LOG.md'],
    );
  },
);

t.test(
  'the owner replaces a log while rows are being appended to the old one: the rows are kept',
  async (t) => {
    const directory = scratch(t);
    const { start, steps } = beforeThird(directory);
    const place = freeze(start, join(directory, 'log'));
    const log = join(place.root, 'audit/LOG.md');
    const result = transact(place.root, place.state, opsTo(place, 3), {
      runId: '',
      reason: '',
      failpoint: once(steps.indexOf('opened audit/LOG.md'), () =>
        ACTS['saves through a new file']?.(log),
      ),
    });
    t.match(result.conflicts, [{ path: 'audit/LOG.md', why: 'log changed' }]);
    t.equal(readFileSync(log, 'utf8'), OWNER);
  },
);

t.test(
  'the process dies in the middle, the owner edits the half-done workspace, recovery keeps both',
  async (t) => {
    const directory = scratch(t);
    const { start, crashes } = beforeThird(directory);
    for (const [step, crash] of crashes.filter(
      ([step]) => !/^(checked|entry|committed$|retirement)/.test(step),
    )) {
      const place = freeze(crash, join(directory, `edited-${step.replaceAll('/', '-')}`));
      writeFileSync(join(place.root, 'A.md'), OWNER);
      const recovery = recover(place.root, place.state);
      t.equal(
        readFileSync(join(place.root, 'A.md'), 'utf8'),
        OWNER,
        `${step}: the owner's file stays`,
      );
      t.match(recovery.conflicts, [{ path: 'A.md', why: 'edited' }], `${step}: it is reported`);
      t.ok(
        allTexts(place.root).some((text) => text.includes('# A.md\n\ngeneration 3\n')),
        `${step}: ours is kept`,
      );
      checkOthers(place, 'A.md', step);
    }
    t.equal(generationOf(start), 2);
  },
);

t.test(
  'a change computed from an old content is refused, naming every file that differs, and changes nothing',
  async (t) => {
    const place = makePlace(t.testdir());
    const ops: StorageOp[] = opsTo(place, 1);
    writeFileSync(join(place.root, 'A.md'), OWNER);
    rmSync(join(place.root, 'B.md'));
    mkdirSync(join(place.root, 'PROJECTS/odd/deep'), { recursive: true });
    writeFileSync(join(place.root, 'PROJECTS/odd/deep/E.md'), OWNER);
    appendFileSync(join(place.root, 'audit/LOG.md'), 'x');
    const before = allTexts(place.root);
    t.throws(() => transact(place.root, place.state, ops, { runId: '', reason: '' }), {
      code: 'CONFLICT',
      message:
        'files changed since they were read: A.md was edited; B.md was deleted; PROJECTS/odd/deep/E.md was created; audit/LOG.md has 45 bytes instead of 44',
      place: { file: 'A.md' },
    });
    t.same(allTexts(place.root), before);
  },
);

/**
 * The place in generation 2, the names of the steps to generation 3, and the place as a death at
 * each of them leaves it.
 */
function beforeThird(directory: string): {
  readonly start: Place;
  readonly steps: readonly string[];
  readonly crashes: readonly (readonly [string, Place])[];
} {
  const place = makePlace(join(directory, 'place'));
  for (const generation of [1, 2])
    transact(place.root, place.state, opsTo(place, generation), { runId: '', reason: '' });
  const start = freeze(place, join(directory, 'start'));
  const crashes: [string, Place][] = [];
  transact(place.root, place.state, opsTo(place, 3), {
    runId: '',
    reason: '',
    failpoint: (step) =>
      void crashes.push([step, freeze(place, join(directory, `crash-${crashes.length}`))]),
  });
  return { start, steps: crashes.map(([step]) => step), crashes };
}

function once(index: number, act: () => void): (step: string) => void {
  let count = 0;
  return () => {
    if (count++ === index) act();
  };
}

function checkConflicts(
  place: Place,
  result: TransactResult,
  at: { readonly target: string; readonly step: string; readonly texts: readonly string[] },
): void {
  for (const conflict of result.conflicts) {
    if (conflict.path !== at.target)
      throw new Error(`${at.target} at ${at.step}: ${conflict.path} is reported`);
    const ours =
      conflict.ours === undefined
        ? undefined
        : readFileSync(join(place.root, conflict.ours), 'utf8');
    if (ours !== undefined && !ours.includes('generation 3'))
      throw new Error(`${at.target} at ${at.step}: ours is not what was to be written`);
    if (
      conflict.theirs !== undefined &&
      !readFileSync(join(place.root, conflict.theirs), 'utf8').includes(OWNER)
    )
      throw new Error(`${at.target} at ${at.step}: theirs is not the owner's`);
    if (!readFileSync(join(place.root, at.target), 'utf8').includes(OWNER))
      throw new Error(`${at.target} at ${at.step}: the owner's version is not in place`);
  }
}

/** Whatever became of the one file, all others are of generation 3 and nothing is left over. */
function checkOthers(place: Place, target: string, step: string): void {
  const copy = freeze(place, `${place.root}-others`);
  rmSync(join(copy.root, '.nocturne/conflicts'), { recursive: true, force: true });
  const gone = target.endsWith('F.md');
  rmSync(join(copy.root, target), { force: true });
  if (!gone) {
    mkdirSync(dirname(join(copy.root, target)), { recursive: true });
    writeFileSync(join(copy.root, target), contentOf(target, 3));
  }
  const generation = generationOf(copy);
  if (generation !== 3)
    throw new Error(`${target} at ${step}: the other files are of generation ${generation}`);
}

/** Contents of every file under the workspace, our own store included, the journal excluded. */
function allTexts(directory: string): string[] {
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    if (entry.name === 'journal') return [];
    const path = join(directory, entry.name);
    return entry.isDirectory() ? allTexts(path) : [readFileSync(path, 'utf8')];
  });
}
