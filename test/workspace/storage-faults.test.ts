/** Disks that are full, read-only or broken: a precise error, and the workspace as it was. */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { NocturneError } from '../../src/kernel/error.js';
import { readAnchors, writeAnchors } from '../../src/workspace/anchors.js';
import { transact } from '../../src/workspace/journal.js';
import { recover } from '../../src/workspace/recover.js';
import { freeze } from './crash/freeze.js';
import { generationOf, makePlace, opsTo, type Place } from './crash/scenario.js';
import { scratch } from './crash/scratch.js';
import { errorOf } from './one-project.js';

const WRITER = fileURLToPath(new URL('crash/writer.js', import.meta.url));

// Every step is flushed to a real disk, which others may be using.
t.setTimeout(120_000);

t.test(
  'a fault at any step before the change is in place is undone at once; after it, the next opening finishes',
  async (t) => {
    const directory = scratch(t);
    const place = makePlace(join(directory, 'place'));
    const steps: string[] = [];
    const trial = freeze(place, join(directory, 'trial'));
    transact(trial.root, trial.state, opsTo(trial, 1), {
      runId: '',
      reason: '',
      failpoint: (step) => void steps.push(step),
    });
    const inPlace = steps.indexOf('anchors written');
    for (const [i, step] of steps.entries()) {
      const copy = freeze(place, join(directory, `fault-${i}`));
      let count = 0;
      const fault = (): void => {
        if (count++ === i) throw noSpace();
      };
      const error = errorOf(() =>
        transact(copy.root, copy.state, opsTo(copy, 1), {
          runId: '',
          reason: '',
          failpoint: fault,
        }),
      );
      t.match(error, { code: 'STORAGE' }, step);
      if (i > inPlace) {
        t.match(error.message, /the change is complete/);
        recover(copy.root, copy.state);
      }
      t.equal(generationOf(copy), i > inPlace ? 1 : 0, `${step}: ${i > inPlace ? 'new' : 'old'}`);
      if (i <= inPlace)
        t.notOk(existsSync(join(copy.root, 'PROJECTS/odd')), `${step}: no directory is left`);
    }
  },
);

t.test('a second fault while undoing keeps the change in the journal, and says so', async (t) => {
  const directory = scratch(t);
  const place = makePlace(directory);
  const fault = (step: string): void => {
    if (step === 'done PROJECTS/one/C.md' || step === 'entry retired') throw noSpace();
  };
  const error = errorOf(() =>
    transact(place.root, place.state, opsTo(place, 1), { runId: '', reason: '', failpoint: fault }),
  );
  t.match(error, {
    code: 'STORAGE',
    message: /undoing the change also failed/,
    hint: /the next command then completes/,
  });
});

t.test(
  'a file size limit hit in the middle of an append: the log ends where it ended',
  async (t) => {
    const place = makePlace(t.testdir());
    const limit = 16;
    const log = join(place.root, 'audit/LOG.md');
    fill(place, log, limit * 1024 - 50);
    const before = snapshotOf(place);
    const run = spawnSync(
      'bash',
      [
        '-c',
        `ulimit -f ${limit}; exec "$@"`,
        'bash',
        process.execPath,
        WRITER,
        place.root,
        place.state,
        'fill-log',
      ],
      { encoding: 'utf8' },
    );
    t.match(
      run.stdout,
      /STORAGE cannot append to .*audit\/LOG\.md: file too large \(EFBIG\)/,
      run.stderr,
    );
    t.same(snapshotOf(place), before);
    t.same(recover(place.root, place.state).finished, []);
  },
);

t.test('a full disk: nothing changes until there is room again', async (t) => {
  const disk = smallDisk(t);
  if (disk === undefined)
    return t.pass(
      'no small disk can be mounted here: full disks are covered by the file size limit and the injected faults above',
    );
  const place = makePlace(disk);
  let error: NocturneError | undefined;
  let generation = 0;
  for (let left = 200; left > 0 && error === undefined; left -= 4) {
    writeFileSync(join(disk, `filler-${left}`), Buffer.alloc(4096));
    try {
      transact(place.root, place.state, opsTo(place, generation + 1), { runId: '', reason: '' });
      generation++;
    } catch (thrown) {
      if (!(thrown instanceof NocturneError)) throw thrown;
      error = thrown;
    }
  }
  t.match(error, {
    code: 'STORAGE',
    message: /no space left on device \(ENOSPC\)/,
    hint: /free space/,
  });
  for (const name of readdirSync(disk).filter((name) => name.startsWith('filler-')))
    rmSync(join(disk, name));
  t.equal(generationOf(place), generation, 'wholly old');
  transact(place.root, place.state, opsTo(place, generation + 1), { runId: '', reason: '' });
  t.equal(generationOf(place), generation + 1, 'and it goes on once there is room');
});

t.test(
  'a directory that may not be written: the error names the file and what to do, nothing changes',
  async (t) => {
    const directory = mkdtempSync(join(tmpdir(), 'nocturne-'));
    t.teardown(() => rmSync(directory, { recursive: true, force: true }));
    const place = makePlace(directory);
    transact(place.root, place.state, opsTo(place, 1), { runId: '', reason: '' });
    giveAway(directory);
    chmodSync(join(place.root, 'PROJECTS/two'), 0o555);
    const error = asNobody(() =>
      errorOf(() => transact(place.root, place.state, opsTo(place, 2), { runId: '', reason: '' })),
    );
    t.match(error, {
      code: 'STORAGE',
      message: /^cannot create .*PROJECTS\/two\/.*: permission denied \(EACCES\)$/,
      hint: /give the user who runs Nocturne access/,
    });
    t.equal(generationOf(place), 1);
  },
);

t.test('a read-only workspace is read without an error and refuses to be written', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'nocturne-'));
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  const place = makePlace(directory);
  giveAway(directory);
  chmodSync(place.root, 0o555);
  asNobody(() => {
    t.same(recover(place.root, place.state).finished, []);
    t.match(
      errorOf(() => transact(place.root, place.state, opsTo(place, 1), { runId: '', reason: '' })),
      { code: 'STORAGE', message: /\.nocturne: permission denied \(EACCES\)$/ },
    );
  });
  t.equal(generationOf(place), 0);
});

t.test('a file or a link where a directory is expected', async (t) => {
  const place = makePlace(t.testdir());
  writeFileSync(join(place.root, '.nocturne'), 'not a directory');
  t.match(
    errorOf(() => transact(place.root, place.state, opsTo(place, 1), { runId: '', reason: '' })),
    {
      code: 'STORAGE',
      message: /cannot create .*\.nocturne: (file already exists|not a directory)/,
    },
  );
  rmSync(join(place.root, '.nocturne'));
  symlinkSync(place.state, join(place.root, '.nocturne'));
  t.match(
    errorOf(() => transact(place.root, place.state, opsTo(place, 1), { runId: '', reason: '' })),
    { code: 'STORAGE', message: /is a symbolic link, expected a directory/ },
  );
  rmSync(join(place.root, '.nocturne'));
  writeFileSync(join(place.root, 'PROJECTS/odd'), 'not a directory');
  t.match(
    errorOf(() => transact(place.root, place.state, opsTo(place, 1), { runId: '', reason: '' })),
    { code: 'STORAGE', hint: /move this file away/ },
  );
  rmSync(join(place.root, 'PROJECTS/odd'));
  t.equal(generationOf(place), 0);
});

function noSpace(): NocturneError {
  return new NocturneError('STORAGE', 'cannot write: no space left on device (ENOSPC)');
}

/** Makes a log of this size that its anchor agrees with. */
function fill(place: Place, log: string, size: number): void {
  const text = readFileSync(log, 'utf8');
  writeFileSync(log, text + `${'x'.repeat(size - text.length - 1)}\n`);
  const { logs } = readAnchors(place.state);
  writeAnchors(place.state, {
    version: 1,
    logs: { ...logs, 'audit/LOG.md': { head: 'filled', rows: 1, bytes: size } },
  });
}

/** Every file by path, our own store's bookkeeping left out. */
function snapshotOf(place: Place): Record<string, string> {
  const files: Record<string, string> = {};
  const visit = (directory: string): void => {
    for (const entry of readdirSync(directory, { withFileTypes: true })) {
      if (entry.name === '.nocturne' || entry.name === 'journal.key') continue;
      const path = join(directory, entry.name);
      if (entry.isDirectory()) visit(path);
      else files[path] = readFileSync(path, 'utf8');
    }
  };
  visit(place.root);
  visit(place.state);
  return files;
}

/** A disk of 256 kB, where the system lets us have one. */
function smallDisk(t: { teardown(action: () => void): unknown }): string | undefined {
  const directory = mkdtempSync(join(tmpdir(), 'nocturne-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', directory], {
      stdio: 'ignore',
    });
  } catch {
    rmSync(directory, { recursive: true });
    return undefined;
  }
  t.teardown(() => {
    execFileSync('umount', [directory]);
    rmSync(directory, { recursive: true });
  });
  return directory;
}

const NOBODY = 65_534;

/** The superuser may write everywhere; so as superuser the test becomes somebody else. */
function asNobody<T>(action: () => T): T {
  if (process.geteuid?.() !== 0) return action();
  process.seteuid?.(NOBODY);
  try {
    return action();
  } finally {
    process.seteuid?.(0);
  }
}

function giveAway(directory: string): void {
  if (process.geteuid?.() === 0) execFileSync('chown', ['-R', String(NOBODY), directory]);
}
