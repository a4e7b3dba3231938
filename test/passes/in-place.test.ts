/**
 * An owner and a pass in place write in the same folder: what is protected is undone and kept, and
 * everything else outside the scope stays, is named, and is not graded.
 */
import {
  appendFileSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import t, { type Test } from 'tap';
import { briefing } from '../../src/passes/manager/briefing.js';
import { beginPass, endPass } from '../../src/passes/host/host-driver.js';
import { mayBeOwners } from '../../src/passes/reconcile/unattributed.js';
import { worker } from '../../src/passes/worker/worker.js';
import { MOST_READ } from '../../src/workspace/file-content.js';
import type { PassReport } from '../../src/passes/pass-facts.js';
import {
  environment,
  type Place,
  placeWithProject,
  read,
  REPORT,
  trail,
  WRITES_PAGE,
} from './pass-workspace.js';

t.setTimeout(300_000);

const usage = { tokensIn: undefined, tokensOut: undefined, cost: undefined };
const OLD = 'notes/old.md';
const OUTPUT = 'PROJECTS/pages/outputs/page.md';
const LINE = '\nA line of the owner.\n';
const STAYS: ReadonlyMap<string, string> = new Map([
  ...Array.from({ length: 12 }, (_, i) => [`notes/note-${i}.md`, 'Mine.\n'] as const),
  ['.obsidian/workspace.json', '{"open":"notes/note-1.md"}\n'],
  ['PROJECTS/pages/thoughts.md', 'Not for the pass.\n'],
  ['MEMORY.md', '# Memory\n\nThe owner wrote this.\n'],
]);
const UNDONE = [
  'ACTIVE-PROJECTS.md',
  'PROJECTS/pages/LONGRUNNER.md',
  'PROJECTS/pages/PHASES.md',
  'SOUL.md',
];

function edit(root: string): void {
  for (const [path, content] of STAYS) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  for (const path of UNDONE) appendFileSync(join(root, path), LINE);
  rmSync(join(root, OLD));
}

function placeIn(directory: string, agent: string): Place {
  return placeWithProject(directory, agent, { files: { [OLD]: 'Old.\n' } });
}

function check(t: Test, place: Place, { data }: Pick<PassReport, 'data'>): void {
  const runId = data?.runId ?? '';
  for (const [path, content] of STAYS) t.equal(read(place, path), content, `${path} stays`);
  const undone = data?.undone ?? [];
  t.same(undone.map(({ path }) => path).sort(), UNDONE, 'only what is protected is undone');
  for (const { path, kept } of undone)
    t.match(read(place, kept ?? path), LINE, `the owner's version of ${path} is kept`);
  t.equal(read(place, `.nocturne/kept/${runId}/${OLD}`), 'Old.\n', 'so is what was deleted');
  const snapshot = place.workspace.snapshot();
  const page = briefing({
    snapshot,
    since: new Date(0),
    incidents: [],
    gatePasses: true,
    notes: [],
  });
  for (const path of [...STAYS.keys(), OLD]) {
    t.ok(trail(place, runId).includes(`T5 unattributed ${path} stays`), `${path} is on record`);
    t.match(page, `\`${path}\``, `${path} is in the briefing`);
  }
  t.same(data?.outputs, [OUTPUT], 'nothing of the owner is graded');
}

t.test("an owner edits 20 files while an agent works in a host's session", async (t) => {
  const place = placeIn(t.testdir(), '');
  const begun = await beginPass(environment(place), { role: 'worker' });
  const token = begun.kind === 'brief' ? begun.data.token : '';
  edit(place.root);
  mkdirSync(dirname(join(place.root, OUTPUT)), { recursive: true });
  writeFileSync(join(place.root, OUTPUT), '# Page\n\n## Entries\n\n- name: one\n- name: two\n');
  const report = await endPass(environment(place), { token, report: '', usage, model: '' });
  check(t, place, report);
});

t.test('an owner edits 20 files while a program without a sandbox works', async (t) => {
  const agent = `${WRITES_PAGE}
import { appendFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
const [STAYS, UNDONE, LINE, OLD] = ${JSON.stringify([[...STAYS], UNDONE, LINE, OLD])};
(${edit.toString()})('../..');
${REPORT}`;
  const place = placeIn(t.testdir(), agent);
  check(t, place, await worker(environment(place), { role: 'worker' }));
});

t.test('edits that nothing protects do not make a pass fail', async (t) => {
  const agent = `${WRITES_PAGE}
writeFileSync('../../diary.md', 'Dear diary');
${REPORT}`;
  const place = placeWithProject(t.testdir(), agent);
  const report = await worker(environment(place), { role: 'worker' });
  t.equal(report.exit, 0, report.outcome);
  t.equal(read(place, 'diary.md'), 'Dear diary');
});

/** What R3, the scope, the phase and the agent's calls say of a path: may the owner have changed it? */
const PATHS: readonly (readonly [path: string, may: boolean, why: string])[] = [
  ['notes/a.md', true, 'no row of R3 covers it'],
  ['docs/a.md', true, 'STANDARD without bundles'],
  ['PROJECTS/other/outputs/a.md', true, 'another project'],
  ['SOUL.md', false, 'PROTECTED'],
  ['PROJECTS/pages/pass.mjs', false, 'CODE'],
  ['audit/AUDIT-LOG.md', false, 'APPEND'],
  ['INTEGRITY-MANIFEST.md', false, 'the manifest'],
  ['NOTIFICATIONS.md', false, 'only bundles write it'],
  ['PROJECTS/pages/outputs/a.md', false, 'in the scope of the pass'],
  ['PROJECTS/other/outputs/old.md', false, 'of an earlier phase'],
  ['docs/refused.md', false, 'a guarded call was refused'],
];

t.test('which changes the owner may have made', (t) => {
  const before = placeWithProject(t.testdir(), '').workspace.snapshot();
  const reach = {
    before,
    writes: ['PROJECTS/pages/outputs/**'],
    earlierOutputs: ['PROJECTS/other/outputs/old.md'],
    called: new Set(['docs/refused.md']),
  };
  for (const [path, may, why] of PATHS) t.equal(mayBeOwners(reach, path), may, `${path}: ${why}`);
  t.end();
});

t.test('the earlier version of a large file is kept as well', async (t) => {
  const place = placeIn(t.testdir(), '');
  const path = join(place.root, 'notes/film.bin');
  writeFileSync(path, 'the beginning');
  truncateSync(path, MOST_READ + 1);
  const begun = await beginPass(environment(place), { role: 'worker' });
  if (begun.kind !== 'brief') return t.fail(begun.report.outcome);
  writeFileSync(path, 'another film');
  const { token } = begun.data;
  const { data } = await endPass(environment(place), { token, report: '', usage, model: '' });
  const kept = join(place.root, '.nocturne/kept', data?.runId ?? '', 'notes/film.bin');
  t.equal(statSync(kept).size, MOST_READ + 1);
  t.match(readFileSync(kept).subarray(0, 13).toString(), 'the beginning');
  t.equal(readFileSync(path, 'utf8'), 'another film');
});
