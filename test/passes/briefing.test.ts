/** The morning page of a bad night: short, true, and enough to answer ten questions about it. */
import t from 'tap';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { briefing } from '../../src/passes/manager/briefing.js';
import { manager } from '../../src/passes/manager/manager.js';
import { nightResults, resultLines } from '../../src/passes/manager/briefing-results.js';
import { nightSince } from '../../src/passes/manager/night.js';
import { tonightLines } from '../../src/passes/manager/night-facts.js';
import { worker } from '../../src/passes/worker/worker.js';
import { fieldText } from '../../src/project/field-text.js';
import { badNight, endRun, nightWorkspace, row } from '../support/bad-night.js';
import { askStanding } from '../support/standing-process.js';
import {
  environment,
  type Place,
  placeWithProject,
  REPORT,
  restsAfter,
  WRITES_PAGE,
} from './pass-workspace.js';

t.setTimeout(180_000);

t.test('a night of 20 passes fits on 60 lines, with all of its facts', async (t) => {
  const place = nightWorkspace(t.testdir());
  badNight(place);
  place.clock.time = new Date('2026-11-22T06:30:00Z');
  const page = briefing({
    snapshot: place.workspace.snapshot(),
    since: new Date(0),
    incidents: [{ at: '2026-11-22T03:00:00Z', message: 'SOUL.md is not as you signed it' }],
    gatePasses: false,
    notes: Array.from(
      { length: 30 },
      (_, i) => `FM-0${i} something was noticed at 2026-11-22T02:00:00Z`,
    ),
  });
  t.ok(page.split('\n').length <= 60, `${page.split('\n').length} lines`);
  for (const fact of [
    /^\*\*Until 2026-11-22 06:30\*\* \(Europe\/Lisbon\): 20 passes \(14 STRONG, 2 WEAK, 3 FAIL, 1 without a grade\)\.$/m,
    /^\*\*Waiting for you \(4\)\*\*/m,
    /^- \*\*N-\d{8}-001\*\* inventory asks: which .* … .* Answer yes or no\.$/m,
    /^- inventory: \[All the packages\]\(PROJECTS\/inventory\/outputs\/list\.md\): "214 of 300 packages are listed"$/m,
    /^- tea: \[Leaves\]\(PROJECTS\/tea\/outputs\/leaves\.md\), from weak work$/m,
    /^- inventory: `#######···` 220 of 300, phase write$/m,
    /^- harbour: FAIL: none of its 2 criteria is met: expected at least 15 crates; found 3 crates/m,
    /^- harbour changed `SOUL\.md` \(tier-protected\); it was undone$/m,
    /^- harbour changed `REGISTRY\.md` \(tier-protected\); it was undone$/m,
    /^- maps: crashed: last step T4$/m,
    /^- tea: WEAK: 1 of 2 criteria are not met \(2 times\)$/m,
    /^\*\*Cost\.\*\* 20000 tokens read, 2000 written, cost 0\.20, /m,
    /^\*\*Tonight\*\*\n- every project waits for your answer$/m,
    /^\*\*Integrity\.\*\* 2026-11-22 03:00: SOUL\.md is not as you signed it\. No pass runs/m,
  ])
    t.match(page, fact);
  t.notMatch(page, /RUN-/, 'run ids are for machines');
  t.notMatch(page, /\d{4}-\d{2}-\d{2}T/, 'one clock');
  t.notMatch(page, /in order/);
  t.equal(page.match(/inventory asks:/g)?.length, 1, 'each question is there once');
  t.ok(
    page.split('\n').every((line) => line.length <= 330),
    'short lines',
  );
});

t.test('every command that the page names as it stands is one that works', async (t) => {
  const place = nightWorkspace(t.testdir());
  badNight(place);
  const many = Array.from({ length: 30 }, (_, i) => `line ${i}`);
  const page = briefing({
    snapshot: place.workspace.snapshot(),
    since: new Date(0),
    incidents: [],
    gatePasses: true,
    notes: many,
    own: many,
    failures: many.map((line) => ({ line })),
    progress: many,
  });
  const commands = [...page.matchAll(/`nocturne ([^`]+)`/g)].map(([, words = '']) => words);
  const whole = [...new Set(commands)].filter((words) => !/\b(?:ID|TEXT|RUN)\b/.test(words));
  t.ok(whole.length >= 4, whole.join('; '));
  const env = { ...process.env, NOCTURNE_HOME: place.home };
  for (const words of whole) {
    const split = words.match(/"[^"]*"|\S+/g)?.map((word) => word.replaceAll('"', '')) ?? [];
    const { exit, stderr } = await askStanding({ words: split, env, cwd: place.root });
    t.ok(exit === 0 || exit === 1, `nocturne ${words}: ${exit} ${stderr}`);
  }
});

t.test('a file that two passes wrote is the work of the last one', async (t) => {
  const lines = (grade: string): readonly string[] => {
    const place = nightWorkspace(t.testdir());
    const audit = [row({ type: 'write', target: 'PROJECTS/tea/outputs/leaves.md' })];
    endRun(place, { number: 1, slug: 'maps', grade: 'STRONG', outcome: 'STRONG: a map', audit });
    endRun(place, { number: 2, slug: 'tea', grade, outcome: `${grade}: leaves`, audit });
    const night = nightSince(place.workspace.snapshot(), new Date(0));
    return resultLines(nightResults(night));
  };
  t.match(lines('ADEQUATE'), [/^tea: \[Leaves\]/]);
  t.match(lines('FAIL'), [/^tea: \[Leaves\].*, from failed work$/]);
});

t.test('the manager says what it saw, and "in order" only when nothing failed', async (t) => {
  const bad = placeWithProject(t.testdir(), "console.log('no');", {
    files: { 'USER.md': restsAfter(6) },
  });
  await worker(environment(bad), { role: 'worker' });
  await worker(environment(bad), { role: 'worker' });
  const { outcome } = await manager(environment(bad), { role: 'manager' });
  t.match(outcome, /^reviewed: 2 FAILs.*; nobody judged: MODEL-TIERS\.md has no tier "manager"$/);
  const page = fieldText(bad.workspace.snapshot().records('BRIEFING')[0], 'body');
  t.match(page, /^- pages: FAIL: nothing was delivered \(its last words: "no"\).* \(2 times\)$/m);
  const next = await manager(environment(bad), { role: 'manager' });
  t.match(next.outcome, /^reviewed: /);
  t.notMatch(next.outcome, /FAIL/, 'only what is new');
});

t.test(
  'what happens tonight is said once, and a reason stands only where it is another',
  async (t) => {
    const place = nightWorkspace(t.testdir());
    const table = join(place.root, 'ACTIVE-PROJECTS.md');
    const shipped = readFileSync(table, 'utf8');
    const tonight = (change: (text: string) => string): readonly string[] => {
      writeFileSync(table, change(shipped));
      return tonightLines(place.workspace.snapshot(), undefined);
    };
    const waits = (text: string): string =>
      text.replaceAll('| active | - | - |', '| active | - | Which? |');
    t.match(tonight((text) => text)[0], /^first inventory: Write about inventory\./);
    t.same(tonight(waits), ['every project waits for your answer']);
    t.same(
      tonight((text) => waits(text).replace('active | - | Which?', 'paused | - | -')),
      [
        'no project can go on by itself',
        'not yet harbour, tea, maps: they wait for your answer',
        'not yet inventory: its status is paused',
      ],
    );
    t.same(
      tonight((text) => text.replaceAll('| active |', '| complete |')),
      ['there is no project to work on'],
      'what is over is not still to come',
    );
    t.same(
      tonight((text) => text.replace(/^\| \d .*\n/gm, '')),
      ['there is no project to work on'],
    );
  },
);

/** Writes an entry, says so, and ends with this code. */
const writesAndEnds = (code: number): string =>
  `${WRITES_PAGE}${REPORT}\nprocess.exitCode = ${code};\n`;

async function morning(place: Place): Promise<{ readonly page: string; readonly said: string }> {
  await worker(environment(place), { role: 'worker' });
  const { outcome } = await manager(environment(place), { role: 'manager' });
  const page = fieldText(place.workspace.snapshot().records('BRIEFING')[0], 'body');
  return { page, said: outcome };
}

t.test('what a failed pass leaves is on the page, as such', async (t) => {
  const { page } = await morning(placeWithProject(t.testdir(), writesAndEnds(1)));
  t.match(page, /^- pages: FAIL: the agent did not finish/m);
  t.match(page, /^- pages: \[Page\]\(PROJECTS\/pages\/outputs\/page\.md\), from failed work$/m);
  t.notMatch(page, /Nothing new/);
});

t.test('a test that could not be evaluated is a fault, and the page says why', async (t) => {
  for (const [check, why] of [
    [
      'setInterval(() => {}, 1000);',
      /could not be evaluated: expected exit 0; found node did not end within 1 s/,
    ],
    ["process.kill(process.pid, 'SIGKILL');", /could not be evaluated: .*ended by a signal/],
  ] as const) {
    const stop = '- command: { run: "node check.mjs", exit: 0, timeout: 1s }';
    const files = { 'PROJECTS/pages/check.mjs': check };
    const place = placeWithProject(t.testdir(), writesAndEnds(0), { stop, files });
    const { page, said } = await morning(place);
    t.match(page, /^\*\*What failed \(1\)\*\*\n- pages: a test could not be evaluated/m);
    t.match(page, why);
    t.match(said, /^reviewed: 1 test that could not be evaluated;/);
  }
});

t.test('a test in words alone is no fault', async (t) => {
  const place = placeWithProject(t.testdir(), writesAndEnds(0), { stop: '- the page is good' });
  const { page, said } = await morning(place);
  t.match(page, /^\*\*What failed \(0\)\.\*\* Nothing\.$/m);
  t.match(said, /in order/);
});

t.test('what an agent says of its work is quoted, and of weak work nothing is', async (t) => {
  const line = (sentence: string): string =>
    resultLines([
      { project: 'tea', files: [{ path: 'PROJECTS/tea/a.md', title: 'A' }], more: 0, sentence },
    ])[0] ?? '';
  t.equal(line('All is listed.'), 'tea: [A](PROJECTS/tea/a.md): "All is listed."');
  t.equal(line(''), 'tea: [A](PROJECTS/tea/a.md), from weak work');
  t.match(line('It is long. '.repeat(40)), /^tea: .*: "It is long\. [^"]{140,160}…"$/);
});
