/**
 * Agents that move the workspace away while they work: nothing is written in what they put at its
 * place, and the way back is said.
 */
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import { systemClock } from '../../src/kernel/clock.js';
import { NocturneError } from '../../src/kernel/error.js';
import { beginPass, endPass, heartbeat } from '../../src/passes/host/host-driver.js';
import { worker } from '../../src/passes/worker/worker.js';
import { verifyGate } from '../../src/integrity/gate.js';
import { listIncidents } from '../../src/workspace/incident.js';
import { transact } from '../../src/workspace/journal.js';
import { renewClaim } from '../../src/workspace/pass-lock.js';
import { putObject, snapshotTree } from '../../src/workspace/objects.js';
import { openWorkspace } from '../../src/workspace/open-workspace.js';
import { recover } from '../../src/workspace/recover.js';
import { restoreFiles } from '../../src/workspace/restore.js';
import {
  digest,
  environment,
  type Place,
  placeWithProject,
  read,
  REPORT,
  WRITES_PAGE,
} from './pass-workspace.js';

t.setTimeout(300_000);

const NOCTURNE = fileURLToPath(new URL('../../../bin/nocturne.cjs', import.meta.url));
const FOLDER = 'above/workspace';
const USAGE = { tokensIn: undefined, tokensOut: undefined, cost: undefined };

type Swap = {
  readonly sentence: string;
  readonly says: RegExp;
  readonly swap: (root: string, victim: string) => void;
};

/** What an agent puts where the workspace was. */
const SWAPS: readonly Swap[] = [
  {
    sentence: 'a link to another folder',
    says: /it is now a link to .*victim/,
    swap: (root, victim) => {
      renameSync(root, `${root}.moved`);
      symlinkSync(victim, root);
    },
  },
  {
    sentence: 'another real folder',
    says: /another folder is now in its place/,
    swap: (root, victim) => {
      renameSync(root, `${root}.moved`);
      cpSync(victim, root, { recursive: true });
    },
  },
  {
    sentence: 'nothing',
    says: /it no longer exists/,
    swap: (root) => renameSync(root, `${root}.moved`),
  },
  {
    sentence: 'a link above it',
    says: /above is now a link to .*elsewhere/,
    swap: (root, victim) => {
      const above = dirname(root);
      renameSync(above, `${above}.moved`);
      symlinkSync(join(dirname(victim), 'elsewhere'), above);
    },
  },
  {
    sentence: 'a real folder above it',
    says: /another folder is now in its place/,
    swap: (root, victim) => {
      const above = dirname(root);
      renameSync(above, `${above}.moved`);
      cpSync(join(dirname(victim), 'elsewhere'), above, { recursive: true });
    },
  },
];

/** The same as a program that asks nobody; it spoils a protected file first. */
function agentThat({ swap }: Swap, victim: string): string {
  return `import { appendFileSync, cpSync, renameSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
appendFileSync('../../SOUL.md', 'spoilt');
const root = dirname(dirname(process.cwd()));
process.chdir('/');
(${String(swap)})(root, ${JSON.stringify(victim)});
${REPORT}`;
}

/** Files that have nothing to do with the workspace but their names. */
function victimIn(directory: string): string {
  const victim = join(directory, 'victim');
  for (const folder of [victim, join(directory, 'elsewhere/workspace')]) {
    for (const path of ['PROJECTS/pages', 'audit', '.nocturne/journal', '.nocturne/objects'])
      mkdirSync(join(folder, path), { recursive: true });
    for (const path of [
      'SOUL.md',
      'REGISTRY.md',
      'LOCK.md',
      'letters.txt',
      'audit/AUDIT-LOG.md',
      'PROJECTS/pages/thesis.md',
      '.nocturne/journal/.nocturne-tmp-mine',
      '.nocturne/objects/mine',
    ])
      writeFileSync(join(folder, path), `my own ${path}\n`);
  }
  return victim;
}

type Setting = {
  readonly directory: string;
  readonly place: Place;
  readonly victim: string;
  readonly untouched: (t: Test, when: string) => void;
};

function setting(directory: string, swap: Swap, agent?: string): Setting {
  const victim = victimIn(directory);
  const place = placeWithProject(directory, agent ?? agentThat(swap, victim), { folder: FOLDER });
  const strangers = [victim, join(directory, 'elsewhere')];
  const before = strangers.map(digest);
  const put = (): string => (existsSync(place.root) ? digest(place.root) : '');
  let swapped: string | undefined;
  const untouched = (t: Test, when: string): void => {
    t.same(
      strangers.map(digest),
      before,
      `${when}: the folders of others are byte for byte as they were`,
    );
    if (swapped !== undefined)
      t.equal(put(), swapped, `${when}: nothing was written where the workspace was`);
    swapped = put();
  };
  return { directory, place, victim, untouched };
}

async function moved(t: Test, says: RegExp, attempt: () => unknown): Promise<NocturneError> {
  try {
    await attempt();
  } catch (error) {
    if (!(error instanceof NocturneError)) throw error;
    t.equal(error.code, 'ROOT_MOVED');
    t.equal(error.exit, 3);
    t.match(error.message, says, 'the message says what was seen');
    return error;
  }
  t.fail('it was refused');
  throw new Error('it was not refused');
}

function nocturne(
  place: Place,
  words: readonly string[],
): { readonly status: number | null; readonly stderr: string } {
  return spawnSync(process.execPath, [NOCTURNE, ...words, '--workspace', place.root], {
    env: { ...process.env, NOCTURNE_HOME: place.home },
    input: 'done\n',
    encoding: 'utf8',
  });
}

/** Does what the hint says, in a shell. */
function putBack(t: Test, hint: string, { home }: Place): void {
  const [, command = ''] = /Bring it back: nocturne (.*?); then run/.exec(hint) ?? [];
  t.not(command, '', `the hint has a command: ${hint}`);
  const ran = spawnSync('sh', ['-c', `${process.execPath} ${NOCTURNE} ${command}`], {
    env: { ...process.env, NOCTURNE_HOME: home },
    encoding: 'utf8',
  });
  t.equal(ran.stderr, '');
  t.equal(ran.status, 0, ran.stdout);
}

for (const swap of SWAPS) {
  t.test(
    `an agent puts ${swap.sentence} where the workspace was: the pass writes nothing more and says how to put it back`,
    async (t) => {
      const { place, untouched } = setting(t.testdir(), swap);
      const soul = read(place, 'SOUL.md');
      const first = nocturne(place, ['run', 'worker']);
      t.match(first, { status: 3, stderr: swap.says }, 'the message says what was seen');
      untouched(t, 'after the pass');
      t.match(
        listIncidents(place.workspace.state),
        [{ kind: 'root-moved', message: swap.says }],
        'it is an incident',
      );
      const again = await moved(t, swap.says, () =>
        openWorkspace(place.root, { home: place.home, clock: systemClock }),
      );
      t.match(
        again.hint,
        /pass-root\.json/,
        'the hint says what to do where the owner put it there',
      );
      await moved(t, swap.says, () => worker(environment(place), { role: 'worker' }));
      await moved(t, swap.says, () => verifyGate(place.root, place.home));
      untouched(t, 'after the next pass');
      putBack(t, first.stderr, place);
      writeFileSync(join(place.root, 'PROJECTS/pages/pass.mjs'), `${WRITES_PAGE}${REPORT}`);
      const report = await worker(environment(place), { role: 'worker' });
      t.equal(
        read(place, 'SOUL.md'),
        soul,
        'once the workspace is back, what the agent spoilt is undone',
      );
      t.not(report.exit, 3, report.outcome);
    },
  );

  t.test(
    `an agent in a host's session puts ${swap.sentence} where the workspace was: neither its end nor the next pass writes anything`,
    async (t) => {
      const { place, victim, untouched } = setting(t.testdir(), swap, '');
      const soul = read(place, 'SOUL.md');
      const begun = await beginPass(environment(place), { role: 'worker' });
      const token = begun.kind === 'brief' ? begun.data.token : '';
      writeFileSync(join(place.root, 'SOUL.md'), 'spoilt');
      // What `pass begin` opened is gone with its process.
      place.workspace.close();
      place.workspace.close();
      swap.swap(place.root, victim);
      const error = await moved(t, swap.says, () =>
        openWorkspace(place.root, { home: place.home, clock: systemClock }),
      );
      await moved(t, swap.says, () =>
        endPass(environment(place), { token, report: '', usage: USAGE, model: '' }),
      );
      await moved(t, swap.says, () => heartbeat(environment(place), token));
      if (swap === SWAPS[0]) {
        t.match(nocturne(place, ['pass', 'end', '--token', token]), {
          status: 3,
          stderr: swap.says,
        });
        t.match(nocturne(place, ['run', 'worker']), { status: 3, stderr: /nothing was written/ });
      }
      untouched(t, 'after both');
      putBack(t, error.hint ?? '', place);
      await endPass(
        {
          ...environment(place),
          workspace: openWorkspace(place.root, { home: place.home, clock: systemClock }),
        },
        { token, report: '', usage: USAGE, model: '' },
      );
      t.equal(
        read(place, 'SOUL.md'),
        soul,
        'once the workspace is back, its end undoes what was spoilt',
      );
    },
  );

  t.test(`storage that was opened before ${swap.sentence} came writes nothing there`, async (t) => {
    const { place, victim, untouched } = setting(t.testdir(), swap, '');
    const { root, state } = place.workspace;
    const kept = snapshotTree(root, place.workspace.snapshot().files.values());
    const snapshot = place.workspace.snapshot();
    swap.swap(root, victim);
    untouched(t, 'before');
    const change = {
      actor: { kind: 'owner', name: 'owner' },
      runId: '',
      reason: 'test',
      changes: [{ kind: 'write', path: 'SOUL.md', content: 'x' }],
    } as const;
    await moved(t, swap.says, () => place.workspace.commit(change));
    await moved(t, swap.says, () => place.workspace.snapshot());
    await moved(t, swap.says, () =>
      transact(root, state, [{ kind: 'delete', path: 'letters.txt', before: '' }], {
        runId: '',
        reason: 'test',
      }),
    );
    await moved(t, swap.says, () => restoreFiles(root, [...kept, ['letters.txt', undefined]]));
    await moved(t, swap.says, () => renewClaim(root, 1, { ttlMs: 1, clock: systemClock }));
    t.equal(
      snapshot.text('SOUL.md')?.startsWith('my own'),
      false,
      'a snapshot goes on reading the folder it was taken of',
    );
    putObject(root, Buffer.from('content'));
    untouched(t, 'after all of them');
  });
}

t.test('a journal that waits for recovery is carried out in no other folder', async (t) => {
  const [first] = SWAPS;
  if (first === undefined) return;
  const { place, victim, untouched } = setting(t.testdir(), first, '');
  const { root, state } = place.workspace;
  const journal = join(root, '.nocturne/journal');
  const entries = new Map<string, Buffer>();
  const failpoint = (step: string): void => {
    if (step === 'announced')
      for (const name of readdirSync(journal).filter((name) => name.endsWith('.entry')))
        entries.set(name, readFileSync(join(journal, name)));
  };
  transact(
    root,
    state,
    [{ kind: 'write', path: 'letters.txt', content: Buffer.from('ours'), before: undefined }],
    { runId: '', reason: 'test', failpoint },
  );
  for (const [name, bytes] of entries) writeFileSync(join(journal, name), bytes);
  t.equal(entries.size, 1);
  first.swap(root, victim);
  await moved(t, first.says, () => recover(root, state));
  untouched(t, 'after recovery');
});

t.test(
  'a swap in the middle of a commit leads it nowhere else',
  { skip: process.platform !== 'linux' && 'only Linux gives descriptors a path' },
  (t) => {
    const [first] = SWAPS;
    if (first === undefined) return t.end();
    const { place, victim, untouched } = setting(t.testdir(), first, '');
    const { root, state } = place.workspace;
    const op = {
      kind: 'write',
      path: 'letters.txt',
      content: Buffer.from('ours'),
      before: undefined,
    } as const;
    const failpoint = (step: string): void => {
      if (step === 'checked') first.swap(root, victim);
    };
    transact(root, state, [op], { runId: '', reason: 'test', failpoint });
    untouched(t, 'after the commit');
    t.equal(
      readFileSync(join(`${root}.moved`, 'letters.txt'), 'utf8'),
      'ours',
      'it was carried out where it began',
    );
    return t.end();
  },
);

t.test('links that an agent puts into the store lead nothing out of the workspace', async (t) => {
  for (const name of ['journal', 'objects', 'kept', 'displaced']) {
    await t.test(name, async (t) => {
      const directory = t.testdir();
      const victim = victimIn(directory);
      const agent = `import { appendFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
appendFileSync('../../SOUL.md', 'spoilt');
writeFileSync('../../planted.md', 'planted');
rmSync('../../.nocturne/${name}', { recursive: true, force: true });
symlinkSync(${JSON.stringify(victim)}, '../../.nocturne/${name}');
${REPORT}`;
      const place = placeWithProject(directory, agent);
      const [soul, before] = [read(place, 'SOUL.md'), digest(victim)];
      const report = await worker(environment(place), { role: 'worker' });
      t.equal(report.exit, 1, report.outcome);
      t.equal(read(place, 'SOUL.md'), soul, 'what was spoilt is undone');
      t.notOk(existsSync(join(place.root, 'planted.md')));
      t.equal(digest(victim), before, 'the folder of others is byte for byte as it was');
    });
  }
});

t.test(
  'a workspace that is reached through a link of its owner works, and may move between passes',
  async (t) => {
    const directory = t.testdir();
    const place = placeWithProject(directory, `${WRITES_PAGE}${REPORT}`);
    symlinkSync(place.root, join(directory, 'link'));
    const workspace = openWorkspace(join(directory, 'link'), {
      home: place.home,
      clock: systemClock,
    });
    t.equal(workspace.root, place.root);
    t.equal((await worker({ ...environment(place), workspace }, { role: 'worker' })).exit, 0);
    t.notOk(
      readdirSync(workspace.state).includes('pass-root.json'),
      'nothing is pinned once the pass has ended',
    );
    renameSync(place.root, `${place.root}.elsewhere`);
    mkdirSync(place.root);
    writeFileSync(
      join(place.root, 'REGISTRY.md'),
      readFileSync(join(`${place.root}.elsewhere`, 'REGISTRY.md')),
    );
    t.doesNotThrow(
      () => openWorkspace(place.root, { home: place.home, clock: systemClock }),
      'without a pass another folder may stand there',
    );
  },
);
