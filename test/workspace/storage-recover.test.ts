/** What recovery trusts, mends and refuses. */
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { readAnchors } from '../../src/workspace/anchors.js';
import { transact } from '../../src/workspace/journal.js';
import { recover } from '../../src/workspace/recover.js';
import { freeze } from './crash/freeze.js';
import { scratch } from './crash/scratch.js';
import { generationOf, makePlace, opsTo, type Place } from './crash/scenario.js';

const LOG = 'audit/LOG.md';

// Every step is flushed to a real disk, which others may be using.
t.setTimeout(120_000);

t.test('a sound workspace costs nothing: no lock is taken, no file is written', async (t) => {
  const place = makePlace(scratch(t));
  t.same(recover(place.root, place.state), {
    finished: [],
    discarded: 0,
    conflicts: [],
    torn: [],
    temporaries: [],
  });
  t.notOk(existsSync(join(place.root, '.nocturne')));
});

t.test('the report names the transaction that was finished, its run and its files', async (t) => {
  const { place } = died(scratch(t), 'committed');
  const files = opsTo(place, 3).map((op) => op.path);
  t.match(recover(place.root, place.state), {
    finished: [{ runId: 'RUN-20261121-007', reason: 'the third', files }],
    discarded: 0,
    conflicts: [],
  });
  t.equal(generationOf(place), 3);
});

t.test(
  'the next transaction finishes the interrupted one first, and is then refused if it was computed before that',
  async (t) => {
    const { place } = died(scratch(t), 'committed');
    const early = opsTo(place, 3);
    t.throws(() => transact(place.root, place.state, early, { runId: '', reason: '' }), {
      code: 'CONFLICT',
    });
    t.equal(generationOf(place), 3);
    transact(place.root, place.state, opsTo(place, 4), { runId: '', reason: '' });
    t.equal(generationOf(place), 4);
  },
);

t.test('an entry that was not committed is discarded', async (t) => {
  const { place } = died(scratch(t), 'entry flushed');
  t.match(recover(place.root, place.state), { finished: [], discarded: 1 });
  t.equal(generationOf(place), 2);
});

t.test(
  'an entry that cannot be trusted is kept, nothing is done, and the error says why',
  async (t) => {
    const spoil: Record<string, readonly [(file: string, place: Place) => void, RegExp]> = {
      'one byte changed': [
        (file) => flip(file, readFileSync(file).indexOf('generation 3')),
        /damaged, or Nocturne did not write it/,
      ],
      'its list of files changed': [
        (file) =>
          writeFileSync(
            file,
            readFileSync(file, 'latin1').replace('"path":"B.md"', '"path":"C.md"'),
            'latin1',
          ),
        /damaged, or Nocturne did not write it/,
      ],
      'cut short': [(file) => truncateSync(file, 700), /damaged, or Nocturne did not write it/],
      empty: [(file) => writeFileSync(file, ''), /does not begin like a journal entry/],
      garbage: [
        (file) => writeFileSync(file, Buffer.from([0, 255, 10, 1])),
        /does not begin like a journal entry/,
      ],
      'the key is gone': [
        (_, place) => rmSync(join(place.state, 'journal.key')),
        /its key is not in the state directory/,
      ],
      'another key': [
        (_, place) => writeFileSync(join(place.state, 'journal.key'), '0'.repeat(64)),
        /damaged, or Nocturne did not write it/,
      ],
    };
    for (const [name, [act, reason]] of Object.entries(spoil)) {
      const { place, entry } = died(join(scratch(t), name.replaceAll(' ', '-')), 'done B.md');
      act(entry, place);
      const before = [
        readFileSync(join(place.root, 'A.md'), 'utf8'),
        readFileSync(join(place.root, LOG), 'utf8'),
        readFileSync(entry, 'latin1'),
      ];
      t.throws(
        () => recover(place.root, place.state),
        { code: 'GATE', message: reason, hint: /nothing was changed/ },
        name,
      );
      t.same(
        [
          readFileSync(join(place.root, 'A.md'), 'utf8'),
          readFileSync(join(place.root, LOG), 'utf8'),
          readFileSync(entry, 'latin1'),
        ],
        before,
        `${name}: nothing was done`,
      );
      t.throws(
        () => transact(place.root, place.state, [], { runId: '', reason: '' }),
        { code: 'GATE' },
        `${name}: no commit goes past it`,
      );
    }
  },
);

t.test('an entry forged by somebody who can write the workspace is not carried out', async (t) => {
  const place = makePlace(scratch(t));
  transact(place.root, place.state, opsTo(place, 1), { runId: '', reason: '' });
  const header = JSON.stringify({
    txid: 'tx-f',
    runId: '',
    reason: '',
    base: {},
    ops: [{ kind: 'write', path: 'A.md', after: 'x', length: 4 }],
  });
  writeFileSync(
    join(place.root, '.nocturne/journal/tx-f.entry'),
    `nocturne journal v1 ${'0'.repeat(64)} ${header.length + 5}\n${header}\nevil`,
  );
  t.throws(() => recover(place.root, place.state), { code: 'GATE' });
  rmSync(join(place.root, '.nocturne/journal/tx-f.entry'));
  t.equal(generationOf(place), 1);
});

t.test('an old entry that is put back is not carried out a second time', async (t) => {
  const { place, entry } = died(scratch(t), 'committed');
  const kept = `${place.root}-kept`;
  copyFileSync(entry, kept);
  const before = freeze(place, `${place.root}-before`);
  recover(place.root, place.state);
  transact(place.root, place.state, opsTo(place, 4), { runId: '', reason: '' });
  // The files as they were when the entry was made, which is what would make it fit again.
  for (const path of ['A.md', 'B.md'])
    copyFileSync(join(before.root, path), join(place.root, path));
  const put = join(place.root, '.nocturne/journal/tx-0000000000000000.entry');
  renameSync(kept, put);
  t.throws(() => recover(place.root, place.state), {
    code: 'GATE',
    message: /it was written for another state of the logs/,
  });
  t.match(readFileSync(join(place.root, 'A.md'), 'utf8'), /generation 2/);
});

t.test('a row torn in the middle of an append is completed', async (t) => {
  for (const share of [0.1, 0.5, 0.95]) {
    const { place } = died(join(scratch(t), String(share)), 'anchors written', (crash) => {
      const before = opsTo(crash.start, 3).find((op) => op.path === LOG);
      if (before?.kind === 'append')
        truncateSync(
          join(crash.place.root, LOG),
          before.offset + Math.floor(before.content.length * share),
        );
    });
    t.match(recover(place.root, place.state), { finished: [{}], conflicts: [], torn: [] });
    t.equal(generationOf(place), 3);
  }
});

t.test('blocks of an append that never reached the disk are written again', async (t) => {
  const { place } = died(scratch(t), 'done audit/LOG.md', (crash) => {
    const op = opsTo(crash.start, 3).find((one) => one.path === LOG);
    if (op?.kind !== 'append') return;
    const bytes = readFileSync(join(crash.place.root, LOG));
    bytes.fill(0, op.offset + 10);
    writeFileSync(join(crash.place.root, LOG), bytes);
  });
  recover(place.root, place.state);
  t.equal(generationOf(place), 3);
});

t.test(
  'a power cut while the anchors were overwritten: they are made anew from the entry, and only from a sound one',
  async (t) => {
    const tear = (state: string): void => {
      const path = join(state, 'anchors.json');
      writeFileSync(path, readFileSync(path, 'utf8').replace(/"rows": \d/, '"rows": 9'));
    };
    for (const step of ['committed', 'directories flushed', 'anchors written']) {
      const { place } = died(join(scratch(t), step.replace(' ', '-')), step, (crash) =>
        tear(crash.place.state),
      );
      recover(place.root, place.state);
      t.equal(generationOf(place), 3, step);
    }
    const { place, entry } = died(scratch(t), 'committed', (crash) => tear(crash.place.state));
    flip(entry, 300);
    t.throws(() => recover(place.root, place.state), { code: 'GATE', message: /journal entry/ });
    rmSync(entry);
    t.throws(() => recover(place.root, place.state), {
      code: 'GATE',
      message: /does not contain the anchors/,
    });
  },
);

t.test(
  'a torn end of an announced append whose entry is gone is cut to the anchor and kept',
  async (t) => {
    const { place } = died(scratch(t), 'announced');
    rmSync(join(place.root, '.nocturne'), { recursive: true });
    appendFileSync(join(place.root, LOG), '| 3 | part 1 of');
    const { torn } = recover(place.root, place.state);
    t.match(torn, [
      { path: LOG, bytes: 15, kept: /^\.nocturne\/torn\/audit\/LOG\.md\.[0-9a-f]{8}$/ },
    ]);
    t.equal(readFileSync(join(place.root, torn[0]?.kept ?? ''), 'utf8'), '| 3 | part 1 of');
    rmSync(join(place.root, '.nocturne/torn'), { recursive: true });
    t.equal(generationOf(place), 2);
  },
);

t.test(
  'bytes at the end of a log that nobody announced are no accident: they are left for the gate to name',
  async (t) => {
    const place = makePlace(scratch(t));
    transact(place.root, place.state, opsTo(place, 1), { runId: '', reason: '' });
    appendFileSync(join(place.root, LOG), '| 2 | part 1 of');
    const before = readFileSync(join(place.root, LOG), 'utf8');
    t.same(recover(place.root, place.state).torn, []);
    t.equal(readFileSync(join(place.root, LOG), 'utf8'), before);
  },
);

t.test(
  'whole rows that nobody anchored are left for the gate, and so is a log cut too short',
  async (t) => {
    const place = makePlace(scratch(t));
    transact(place.root, place.state, opsTo(place, 1), { runId: '', reason: '' });
    appendFileSync(join(place.root, LOG), '| 2 | forged | 0123 |\n| 3 |');
    truncateSync(join(place.root, 'audit/CHANGES.md'), 60);
    const before = readFileSync(join(place.root, LOG), 'utf8');
    t.same(recover(place.root, place.state).torn, []);
    t.equal(readFileSync(join(place.root, LOG), 'utf8'), before);
    t.equal(readFileSync(join(place.root, 'audit/CHANGES.md')).length, 60);
  },
);

t.test(
  '.nocturne was deleted in the middle of a commit: logs that became what was announced are anchored there',
  async (t) => {
    const { place } = died(scratch(t), 'done audit/CHANGES.md');
    rmSync(join(place.root, '.nocturne'), { recursive: true });
    t.match(readAnchors(place.state).pending, { logs: { [LOG]: { rows: 3 } } }, 'announced');
    recover(place.root, place.state);
    t.equal(readAnchors(place.state).pending, undefined);
    t.equal(readAnchors(place.state).logs[LOG]?.rows, 3);
    t.same(recover(place.root, place.state).torn, []);
  },
);

t.test(
  '.nocturne was deleted before the rows were written: the announcement is dropped',
  async (t) => {
    const { place } = died(scratch(t), 'announced');
    rmSync(join(place.root, '.nocturne'), { recursive: true });
    recover(place.root, place.state);
    t.equal(readAnchors(place.state).pending, undefined);
    t.equal(generationOf(place), 2);
  },
);

t.test(
  'temporary files of the dead are removed, an aside that nobody knows is kept out of the way',
  async (t) => {
    const { place } = died(scratch(t), 'committed');
    mkdirSync(join(place.root, 'deep/er'), { recursive: true });
    writeFileSync(join(place.root, 'deep/er/.nocturne-tmp-1'), 'x');
    writeFileSync(join(place.root, 'deep/.nocturne-tmp-tx-9-0-old'), 'perhaps the owner');
    writeFileSync(join(place.state, '.nocturne-tmp-2'), 'x');
    t.same([...recover(place.root, place.state).temporaries].sort(), [
      'deep/.nocturne-tmp-tx-9-0-old',
      'deep/er/.nocturne-tmp-1',
    ]);
    t.same(readdirSync(join(place.root, 'deep/er')), []);
    t.equal(
      readFileSync(
        join(place.root, '.nocturne/conflicts/unclaimed/.nocturne-tmp-tx-9-0-old'),
        'utf8',
      ),
      'perhaps the owner',
    );
    rmSync(join(place.root, '.nocturne/conflicts'), { recursive: true });
    t.equal(generationOf(place), 3);
  },
);

type Crash = { readonly start: Place; readonly place: Place };

/** The place as a process leaves it that dies at a step of the transaction to generation 3. */
function died(
  directory: string,
  at: string,
  also: (crash: Crash) => void = () => undefined,
): { readonly place: Place; readonly entry: string } {
  const running = makePlace(join(directory, 'running'));
  for (const generation of [1, 2])
    transact(running.root, running.state, opsTo(running, generation), { runId: '', reason: '' });
  const start = freeze(running, join(directory, 'start'));
  let place: Place | undefined;
  const failpoint = (step: string): void => {
    if (step === at) place = freeze(running, join(directory, 'died'));
  };
  transact(running.root, running.state, opsTo(running, 3), {
    runId: 'RUN-20261121-007',
    reason: 'the third',
    failpoint,
  });
  if (place === undefined) throw new Error(`no step is called ${at}`);
  also({ start, place });
  const journal = join(place.root, '.nocturne/journal');
  return {
    place,
    entry: join(journal, readdirSync(journal).find((name) => name.endsWith('.entry')) ?? ''),
  };
}

function flip(file: string, offset: number): void {
  const bytes = readFileSync(file);
  bytes[offset] = (bytes[offset] ?? 0) ^ 1;
  writeFileSync(file, bytes);
}
