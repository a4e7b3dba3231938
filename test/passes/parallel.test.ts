/** Passes of different projects at once, each in a copy of its own. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import t from 'tap';
import { fieldText } from '../../src/project/field-text.js';
import { livePasses } from '../../src/workspace/pass-lock.js';
import { validateSnapshot } from '../../src/validate/validate-snapshot.js';
import {
  longrunnerOf,
  type Place,
  placeWithProject,
  read,
  REPORT,
  runnersPage,
} from './pass-workspace.js';

t.setTimeout(240_000);

const BOXED = spawnSync('bwrap', ['--version']).error === undefined;
const skip = !BOXED && 'bubblewrap is not installed';
const SLUGS = ['pages', 'rivers', 'lakes', 'seas'];

/** Works only when the owner says go: in the workspace itself, which it can read. */
const AGENT = `import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
const go = process.env.NOCTURNE_WORKSPACE + '/memory/go.md';
while (!existsSync(go)) await new Promise((done) => setTimeout(done, 20));
mkdirSync('outputs', { recursive: true });
writeFileSync('outputs/page.md', '# Page\\n\\n## Entries\\n\\n- name: one\\n- name: two\\n');
${REPORT}`;

function fourProjects(directory: string): Place {
  const next = [
    'runner: boxed',
    'model_tier: standard',
    'requires: []',
    'criteria: []',
    'writes: ["outputs/**"]',
  ];
  const table = readFileSync(new URL('../../../ACTIVE-PROJECTS.md', import.meta.url), 'utf8');
  const rows = SLUGS.map(
    (slug, i) =>
      `| ${i + 1} | ${slug} | PROJECTS/${slug}/LONGRUNNER.md | write | active | - | - |\n`,
  );
  const files: Record<string, string> = {
    'orchestration-os/RUNNERS.md': runnersPage(),
    'ACTIVE-PROJECTS.md': table.replace(/(\|---\|.*\n)/, `$1${rows.join('')}`),
  };
  const first = placeWithProject(join(directory, 'first'), AGENT, { runner: 'boxed', files });
  for (const slug of SLUGS) {
    files[`PROJECTS/${slug}/LONGRUNNER.md`] = longrunnerOf({
      title: slug,
      mission: `Describe ${slug}.`,
      objective: 'Write the page.',
      first: 'Write the first page.',
      next,
    });
    files[`PROJECTS/${slug}/PHASES.md`] = read(first, 'PROJECTS/pages/PHASES.md');
    files[`PROJECTS/${slug}/pass.mjs`] = AGENT;
  }
  return placeWithProject(join(directory, 'four'), AGENT, { runner: 'boxed', files });
}

const BIN = fileURLToPath(new URL('../../../bin/nocturne.cjs', import.meta.url));

const runNight = ({ root, home }: Place, ...words: readonly string[]) =>
  execa(process.execPath, [BIN, 'night', '--passes', '4', ...words], {
    cwd: root,
    env: { NOCTURNE_HOME: home },
    reject: false,
  });

const go = ({ root }: Place): void => writeFileSync(join(root, 'memory/go.md'), '# Go\n');

/** What the logs say of each project, without times, ids, numbers and chain. */
function story(place: Place): readonly string[] {
  const snapshot = place.workspace.snapshot();
  const project = new Map(
    snapshot.records('RUN').map((row) => [row.key, fieldText(row, 'project')] as const),
  );
  const worked = snapshot
    .records('AUDIT')
    .filter((row) => (project.get(fieldText(row, 'run_id')) ?? '') !== '')
    .map((row) =>
      ['step', 'type', 'target', 'result', 'detail']
        .map((field) => fieldText(row, field))
        .join(' ')
        .replace(/(RUN|NOTE|N)-[\w;-]+/g, 'ID')
        .replace(/\d+/g, '0'),
    );
  const grades = snapshot
    .records('RUN')
    .filter((row) => fieldText(row, 'project') !== '')
    .map(
      (row) =>
        `${fieldText(row, 'project')} ${fieldText(row, 'outcome')} ${fieldText(row, 'grade')}`,
    );
  return [...worked, ...grades].sort();
}

t.test(
  'four projects are worked on at once, and the logs say the same as one after another',
  { skip },
  async (t) => {
    const directory = t.testdir();
    const beside = fourProjects(join(directory, 'beside'));
    const after = fourProjects(join(directory, 'after'));
    const night = runNight(beside, '--parallel', '4');
    const working = (): number =>
      livePasses(beside.root, beside.workspace.clock).filter((claim) => claim.working === true)
        .length;
    for (let i = 0; working() < 4 && i < 600; i++)
      await new Promise((done) => setTimeout(done, 100));
    t.equal(working(), 4, 'all four work at the same time');
    const found = await validateSnapshot(beside.workspace.snapshot(), { modules: [] });
    t.same(
      found.filter(({ rule, severity }) => rule === 'lock-state' && severity === 'error'),
      [],
      'LOCK.md shows them',
    );
    go(beside);
    const done = await night;
    t.equal(done.exitCode, 0, `${done.stdout}${done.stderr}`);
    go(after);
    const serial = await runNight(after);
    t.equal(serial.exitCode, 0, `${serial.stdout}${serial.stderr}`);
    for (const slug of SLUGS) {
      const path = `PROJECTS/${slug}/outputs/page.md`;
      t.equal(read(beside, path), read(after, path));
    }
    t.same(story(beside), story(after));
    t.same(
      beside.workspace
        .snapshot()
        .records('RUN')
        .map(({ key }) => key.slice(-3))
        .sort(),
      ['001', '002', '003', '004', '005'],
      'no run id is lost',
    );
    t.same(livePasses(beside.root, beside.workspace.clock), [], 'no claim is left');
    t.notOk(existsSync(join(beside.workspace.state, 'copies', 'RUN')));
  },
);

t.test(
  'passes side by side reserve what they may use: of four, only two fit into the night at once',
  { skip },
  async (t) => {
    const place = fourProjects(t.testdir());
    const night = runNight(place, '--parallel', '4', '--minutes', '62');
    const outcomes = (): readonly string[] =>
      place.workspace
        .snapshot()
        .records('RUN')
        .map((run) => fieldText(run, 'outcome'));
    const isRefused = (): boolean => outcomes().some((text) => text.startsWith('did not begin'));
    for (let i = 0; !isRefused() && i < 600; i++)
      await new Promise((done) => setTimeout(done, 100));
    t.match(outcomes(), [/lightweight may use 10 minutes, and 2 of 62 are left for this night/]);
    const working = livePasses(place.root, place.workspace.clock).filter(
      (claim) => claim.working === true,
    );
    t.equal(working.length, 2);
    go(place);
    const done = await night;
    t.equal(done.exitCode, 0, `${done.stdout}${done.stderr}`);
    const graded = place.workspace
      .snapshot()
      .records('RUN')
      .filter((run) => fieldText(run, 'grade') !== '');
    t.equal(graded.length, 4, 'the others begin when those two have used less');
    t.notMatch(done.stdout, /budget of this night/);
  },
);
