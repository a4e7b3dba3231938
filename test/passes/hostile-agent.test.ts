/**
 * What an agent does to the folders of the workspace, without a sandbox and in a copy: each change
 * is undone and named, the next pass runs, and nothing outside the workspace is touched.
 */
import { lstatSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { sha256 } from '../../src/kernel/hash.js';
import { worker } from '../../src/passes/worker/worker.js';
import { fieldText } from '../../src/project/field-text.js';
import {
  environment,
  type Place,
  placeWithProject,
  read,
  REPORT,
  runnersPage,
} from './pass-workspace.js';

t.setTimeout(600_000);

type Attack = {
  readonly name: string;
  /** Lines of a program that starts in the root of the workspace. */
  readonly does: (stranger: string) => string;
  /** Targets and codes of audit rows that have to be there. */
  readonly named: readonly string[];
  /** The same in a copy, where the agent reaches only its project. */
  readonly namedInCopy?: readonly string[];
  /** A new file that may be the owner's. */
  readonly stays?: string;
};

const SPOILS = "fs.appendFileSync('SOUL.md', 'spoilt');\n";
const linked = (from: string, to: string): string =>
  `fs.symlinkSync(${JSON.stringify(to)}, '${from}');\n`;
const removed = (path: string): string => `fs.rmSync('${path}', { recursive: true });\n`;

const OUTPUTS = "fs.mkdirSync('PROJECTS/pages/outputs', { recursive: true });\n";

/** What a copy lets the agent do as well. */
function within(name: string, attack: Pick<Attack, 'does' | 'named'>): Attack {
  return { name, ...attack, namedInCopy: attack.named };
}

const ATTACKS: readonly Attack[] = [
  {
    name: 'a folder becomes a link to a folder of somebody else',
    does: (stranger) =>
      `fs.renameSync('orchestration-os', 'away');\n${linked('orchestration-os', stranger)}`,
    named: ['orchestration-os path-symlink', 'orchestration-os/RUNNERS.md tier-protected'],
    // Of so many files the row names the folder.
    stays: 'away/',
  },
  {
    name: 'the folder of all projects becomes such a link',
    does: (stranger) => `${removed('PROJECTS')}${linked('PROJECTS', stranger)}`,
    named: ['PROJECTS path-symlink', 'PROJECTS/pages/PHASES.md tier-code'],
  },
  {
    name: 'a folder inside a folder becomes such a link',
    does: (stranger) => `${removed('PROJECTS/pages')}${linked('PROJECTS/pages', stranger)}`,
    named: ['PROJECTS/pages path-symlink'],
  },
  {
    name: 'folders become files',
    does: () =>
      `${removed('audit')}fs.writeFileSync('audit', 'x');\n${removed('PROJECTS')}fs.writeFileSync('PROJECTS', 'x');\n`,
    named: ['PROJECTS path-invalid', 'audit path-invalid'],
  },
  {
    name: "Nocturne's own folder is deleted",
    does: () => `${SPOILS}${removed('.nocturne')}`,
    named: ['.nocturne/ store-lost', 'SOUL.md tier-protected'],
  },
  {
    name: "Nocturne's own folder becomes a file",
    does: () => `${SPOILS}${removed('.nocturne')}fs.writeFileSync('.nocturne', 'x');\n`,
    named: ['.nocturne/ store-lost', 'SOUL.md tier-protected'],
  },
  {
    name: "Nocturne's own folder becomes a link to a folder of somebody else",
    does: (stranger) => `${SPOILS}${removed('.nocturne')}${linked('.nocturne', stranger)}`,
    named: ['.nocturne/ store-lost', 'SOUL.md tier-protected'],
  },
  {
    name: 'the stored contents are deleted',
    does: () => `${SPOILS}${removed('.nocturne/objects')}`,
    named: ['.nocturne/ store-lost', 'SOUL.md tier-protected'],
  },
  {
    name: 'a file and a folder have names that are not UTF-8',
    does: () =>
      `${SPOILS}fs.writeFileSync(Buffer.from([0x61, 0xff]), 'x');
fs.mkdirSync(Buffer.from([0x62, 0xff]));
fs.writeFileSync(Buffer.from([0x62, 0xff, 0x2f, 0x63]), 'x');\n`,
    named: ['a\ufffd path-invalid', 'b\ufffd path-invalid', 'SOUL.md tier-protected'],
  },
  within('the folder of the outputs becomes a link to a folder of somebody else', {
    does: (stranger) => linked('PROJECTS/pages/outputs', stranger),
    named: ['PROJECTS/pages/outputs path-symlink'],
  }),
  within('links among the outputs', {
    does: (stranger) =>
      `${OUTPUTS}${linked('PROJECTS/pages/outputs/a', stranger)}${linked('PROJECTS/pages/outputs/b.md', '../../../SOUL.md')}`,
    named: ['PROJECTS/pages/outputs/a path-symlink', 'PROJECTS/pages/outputs/b.md path-symlink'],
  }),
  {
    name: 'the pages of the project',
    does: () =>
      ['LONGRUNNER.md', 'PHASES.md', 'pass.mjs', 'extra.md']
        .map((name) => `fs.appendFileSync('PROJECTS/pages/${name}', 'spoilt');\n`)
        .join(''),
    named: ['PROJECTS/pages/LONGRUNNER.md bundle-only', 'PROJECTS/pages/PHASES.md tier-code'],
    stays: 'PROJECTS/pages/extra.md',
    namedInCopy: ['PROJECTS/pages/extra.md out-of-scope'],
  },
  within('among the outputs, names that are not UTF-8', {
    does: () =>
      `${OUTPUTS}fs.writeFileSync(Buffer.from('PROJECTS/pages/outputs/a\\xff', 'latin1'), 'x');
fs.mkdirSync(Buffer.from('PROJECTS/pages/outputs/b\\xff', 'latin1'));\n`,
    named: [
      'PROJECTS/pages/outputs/a\ufffd path-invalid',
      'PROJECTS/pages/outputs/b\ufffd path-invalid',
    ],
  }),
  within('among the outputs, a pipe, a closed folder and a name with lines', {
    does: () =>
      `${OUTPUTS}(await import('node:child_process')).execFileSync('mkfifo', ['PROJECTS/pages/outputs/pipe']);
fs.mkdirSync('PROJECTS/pages/outputs/closed/deep', { recursive: true });
fs.writeFileSync('PROJECTS/pages/outputs/closed/a.md', '# A');
fs.chmodSync('PROJECTS/pages/outputs/closed', 0);
fs.writeFileSync('PROJECTS/pages/outputs/a\\n## b.md', 'x');\n`,
    named: [
      'PROJECTS/pages/outputs/a\n## b.md path-invalid',
      'PROJECTS/pages/outputs/pipe path-invalid',
    ],
  }),
  within('among the outputs, a credential', {
    does: () =>
      `${OUTPUTS}fs.writeFileSync('PROJECTS/pages/outputs/key.md', 'ghp_' + 'a1B2c3D4e5'.repeat(4).slice(0, 36));\n`,
    named: ['PROJECTS/pages/outputs/key.md secret'],
  }),
];

/** Everything below a folder: kind, permissions, and the hash of the content. */
function tree(folder: string, ignored: (path: string) => boolean = () => false): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => !ignored(path))
    .sort()
    .map((path) => {
      const place = join(folder, path);
      const stat = lstatSync(place, { throwIfNoEntry: false });
      const mode = stat?.mode.toString(8) ?? 'gone';
      if (stat?.isSymbolicLink() === true) return `${path} ${mode} ${readlinkSync(place)}`;
      return `${path} ${mode} ${stat?.isFile() === true ? sha256(readFileSync(place)) : ''}`;
    });
}

/** Folders of the workspace with their permissions. */
function foldersOf({ root }: Place): readonly string[] {
  return tree(root, (path) => path.startsWith('.nocturne')).filter((line) =>
    / 4\d{4} $/.test(line),
  );
}

const undoRows = ({ workspace }: Place): readonly string[] =>
  workspace
    .snapshot()
    .records('AUDIT')
    .filter((row) => fieldText(row, 'type') === 'undo')
    .map((row) => `${fieldText(row, 'target')} ${fieldText(row, 'detail')}`);

const stayedPaths = ({ workspace }: Place): readonly string[] =>
  workspace
    .snapshot()
    .records('AUDIT')
    .filter((row) => fieldText(row, 'type') === 'unattributed')
    .map((row) => fieldText(row, 'target'));

async function pass(place: Place): Promise<number> {
  return (await worker(environment(place), { role: 'worker' })).exit;
}

const CASES = ATTACKS.flatMap((attack) => [
  { ...attack, runner: 'script' },
  { ...attack, runner: 'boxed', named: attack.namedInCopy ?? [], stays: undefined },
]);

/** Each line by itself, because a sandbox stops some of them. */
const tried = (lines: string): string =>
  lines
    .trim()
    .split('\n')
    .map((line) => `try { ${line} } catch {}\n`)
    .join('');

for (const { name, does, named, stays, runner } of CASES)
  t.test(`${name} (${runner})`, async (t) => {
    const directory = t.testdir({ stranger: { 'letter.txt': 'mine', pages: {} } });
    const stranger = join(directory, 'stranger');
    const program = `import * as fs from 'node:fs';
process.chdir('../..');
if (process.env.NOCTURNE_RUN.endsWith('-001')) {
${tried(does(stranger))}}
${REPORT}`;
    const files = { 'orchestration-os/RUNNERS.md': runnersPage() };
    // A whole workspace: one attack moves all of its files.
    const whole = { folder: 'workspace', runner, files, rulePages: true };
    const place = placeWithProject(directory, program, whole);
    const before = {
      stranger: [statSync(stranger).mode, ...tree(stranger)],
      folders: foldersOf(place),
      soul: read(place, 'SOUL.md'),
      phases: read(place, 'PROJECTS/pages/PHASES.md'),
    };
    t.equal(await pass(place), 1, 'the pass fails, and says so');
    t.same(
      [statSync(stranger).mode, ...tree(stranger)],
      before.stranger,
      'nothing outside changed',
    );
    t.equal(read(place, 'SOUL.md'), before.soul);
    t.equal(read(place, 'PROJECTS/pages/PHASES.md'), before.phases);
    const folders = foldersOf(place);
    t.same(
      before.folders.filter((folder) => !folders.includes(folder)),
      [],
      'every folder is there again, with its permissions',
    );
    const rows = undoRows(place);
    if (stays !== undefined) t.ok(stayedPaths(place).includes(stays), `named: ${stays}`);
    for (const row of named) t.ok(rows.includes(row), `named: ${JSON.stringify(row)}`);
    if (named.length === 0) t.same(rows, [], 'the copy held it off');
    t.notMatch(tree(place.root, (path) => path.startsWith('.nocturne')).join('\n'), /^[ab]\ufffd/m);
    if (rows.length > 0)
      t.match(read(place, 'NOTIFICATIONS.md'), 'Nocturne undid this', 'the owner is told');
    await pass(place);
    t.same(undoRows(place), rows, 'the next pass finds nothing of it');
  });
