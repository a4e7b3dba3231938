/** `nocturne restore-root`: one command brings back a workspace that an agent moved or deleted. */
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import t, { type Test } from 'tap';
import { systemClock } from '../../src/kernel/clock.js';
import { verifyGate } from '../../src/integrity/gate.js';
import { beginPass } from '../../src/passes/host/host-driver.js';
import { worker } from '../../src/passes/worker/worker.js';
import { openWorkspace } from '../../src/workspace/open-workspace.js';
import {
  digest,
  environment,
  type Place,
  placeWithProject,
  REPORT,
  WRITES_PAGE,
} from './pass-workspace.js';
import { type Answered, callProgram } from '../support/standing-process.js';

t.setTimeout(300_000);

/** The claim of the pass has expired. */
const LATER = { now: () => new Date(systemClock.now().getTime() + 3_600_000) };

type Case = {
  readonly name: string;
  readonly swap: (root: string, stranger: string) => void;
  readonly says: RegExp;
  /** What is in the place of the workspace afterwards, besides it. */
  readonly aside?: string;
  readonly args?: (root: string) => readonly string[];
};

const CASES: readonly Case[] = [
  {
    name: 'renamed',
    swap: (root) => renameSync(root, `${root}-renamed`),
    says: /moved .*workspace-renamed to .*workspace/,
  },
  {
    name: 'moved into a folder beside it',
    swap: (root) => {
      mkdirSync(join(dirname(root), 'attic/deep'), { recursive: true });
      renameSync(root, join(dirname(root), 'attic/deep/old'));
    },
    says: /moved .*attic\/deep\/old to/,
  },
  {
    name: 'replaced by a link',
    swap: (root, stranger) => {
      renameSync(root, `${root}-renamed`);
      symlinkSync(stranger, root);
    },
    says: /removed the link at .*workspace/,
  },
  {
    name: 'replaced by an empty folder',
    swap: (root) => {
      renameSync(root, `${root}-renamed`);
      mkdirSync(root);
    },
    says: /removed the empty folder at/,
  },
  {
    name: 'replaced by a folder with a letter in it',
    swap: (root) => {
      renameSync(root, `${root}-renamed`);
      mkdirSync(root);
      writeFileSync(join(root, 'letter.txt'), 'mine');
    },
    says: /moved what was at .*workspace to .*workspace\.replaced/,
    aside: 'workspace.replaced/letter.txt',
  },
  {
    name: 'replaced by a file',
    swap: (root) => {
      renameSync(root, `${root}-renamed`);
      writeFileSync(root, 'mine');
    },
    says: /workspace\.replaced/,
    aside: 'workspace.replaced',
  },
  {
    name: 'moved to a place that the owner names',
    swap: (root) => renameSync(root, `${root}-renamed`),
    says: /moved .*workspace-renamed to/,
    args: (root) => [root, '--from', `${root}-renamed`],
  },
  { name: 'deleted', swap: (root) => rmSync(root, { recursive: true }), says: /made again/ },
  {
    name: 'deleted and replaced by a link',
    swap: (root, stranger) => {
      rmSync(root, { recursive: true });
      symlinkSync(stranger, root);
    },
    says: /removed the link at/,
  },
];

function restoreRoot({ home }: Place, words: readonly string[]): Promise<Answered> {
  const env = { ...process.env, NOCTURNE_HOME: home };
  return callProgram({ words: ['restore-root', ...words], env, cwd: home });
}

/** Every file of the workspace but Nocturne's own, with its permissions. */
function tree(root: string): readonly string[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((path) => !path.startsWith('.nocturne'))
    .sort()
    .map((path) => {
      const stat = lstatSync(join(root, path));
      const content = stat.isFile() ? readFileSync(join(root, path), 'utf8') : '';
      return `${path} ${stat.mode.toString(8)} ${content}`;
    });
}

/** The agent of a host's session is at work in the workspace. */
async function begun(t: Test): Promise<Place & { readonly stranger: string }> {
  const directory = t.testdir({ stranger: { 'letter.txt': 'theirs' }, home: {} });
  const place = placeWithProject(directory, `${WRITES_PAGE}${REPORT}`, {
    folder: 'homes/workspace',
  });
  const { kind } = await beginPass(environment(place), { role: 'worker' });
  t.equal(kind, 'brief');
  place.workspace.close();
  place.workspace.close();
  return { ...place, stranger: join(directory, 'stranger') };
}

for (const { name, swap, says, aside, args } of CASES)
  t.test(`a workspace that was ${name} is brought back`, async (t) => {
    const place = await begun(t);
    const { root, home, stranger } = place;
    const [before, theirs] = [tree(root), digest(stranger)];
    swap(root, stranger);
    const ran = await restoreRoot(place, args?.(root) ?? []);
    t.equal(ran.exit, 0, ran.stderr);
    t.match(ran.stdout, says);
    t.same(tree(root), before, 'every file and every permission is as it was');
    t.equal(digest(stranger), theirs, 'nothing outside was touched');
    if (aside !== undefined)
      t.ok(existsSync(join(dirname(root), aside)), 'what was in its place was moved aside');
    t.match((await restoreRoot(place, [])).stdout, /No workspace is missing/);
    const workspace = openWorkspace(root, { home, clock: LATER });
    const report = await worker(environment({ workspace }), { role: 'worker' });
    t.not(report.exit, 3, report.outcome);
    t.ok(verifyGate(root, home).ok);
  });

t.test('what the state directory lacks is named, and everything else is restored', async (t) => {
  const place = await begun(t);
  const { root, home } = place;
  const [state = ''] = readdirSync(join(home, 'workspaces'));
  const replicas = join(home, 'workspaces', state, 'spare-objects');
  for (const hash of readdirSync(replicas))
    if (readFileSync(join(replicas, hash), 'utf8') === readFileSync(join(root, 'USER.md'), 'utf8'))
      rmSync(join(replicas, hash));
  const soul = readFileSync(join(root, 'SOUL.md'), 'utf8');
  rmSync(root, { recursive: true });
  const ran = await restoreRoot(place, []);
  t.equal(ran.exit, 1);
  t.match(ran.stdout, /USER\.md cannot be restored/);
  t.equal(readFileSync(join(root, 'SOUL.md'), 'utf8'), soul);
});

t.test('a folder that is not the workspace is not moved', async (t) => {
  const place = await begun(t);
  const { root, stranger } = place;
  renameSync(root, `${root}-renamed`);
  const ran = await restoreRoot(place, [root, '--from', stranger]);
  t.equal(ran.exit, 2);
  t.match(ran.stderr, /is not the folder that was at/);
  t.notOk(existsSync(root));
  t.ok(existsSync(stranger));
});
