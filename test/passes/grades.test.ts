/** Grades in whole passes: what counts is whether the project came nearer to its stop condition. */
import t from 'tap';
import { worker } from '../../src/passes/worker/worker.js';
import { fieldText } from '../../src/project/field-text.js';
import type { Snapshot } from '../../src/workspace/types.js';
import { environment, type Place, placeWithProject } from './pass-workspace.js';

t.setTimeout(180_000);

const YES = 'answers: { non_obvious: true, durable: true, compounding: true }';
const report = (summary: string): string =>
  `console.log(${JSON.stringify(`\`\`\`nocturne-report\nsummary: ${summary}\n${YES}\n\`\`\``)});`;
const HEAD = `import { mkdirSync, readFileSync, writeFileSync, existsSync, readdirSync, rmSync } from 'node:fs';
mkdirSync('outputs', { recursive: true });
const turn = readdirSync('outputs').length;
`;
/** Adds one entry in each pass, and boasts. */
const DILIGENT = `${HEAD}const path = 'outputs/list.md';
const text = existsSync(path) ? readFileSync(path, 'utf8') : '# List\\n\\n## Entries\\n\\n';
writeFileSync(path, text + '- name: entry ' + text.length + '\\n');
${report('all entries are written')}`;

async function night(place: Place, passes: number): Promise<readonly string[]> {
  const grades: string[] = [];
  for (let i = 0; i < passes; i++) {
    const { data } = await worker(environment(place), { role: 'worker' });
    grades.push(data.quality ?? 'none');
  }
  return grades;
}

function outcomes(snapshot: Snapshot): readonly string[] {
  return snapshot.records('RUN').map((run) => fieldText(run, 'outcome'));
}

const project = (place: Place, field: string): string =>
  fieldText(place.workspace.snapshot().record('PROJECT', 'pages'), field);

const COUNTS = '- entries: { in: "outputs/*.md", under: "## Entries", at_least: 4 }';
const CRITERIA = '[{ file_exists: "outputs/*.md" }]';

t.test('each entry of four is progress, and the fourth ends the phase', async (t) => {
  const place = placeWithProject(t.testdir(), DILIGENT, { stop: COUNTS, criteria: CRITERIA });
  t.same(await night(place, 3), ['STRONG', 'STRONG', 'STRONG']);
  t.equal(project(place, 'last_pass.progress'), '3 of 4');
  t.equal(project(place, 'last_pass.distance'), '0.25');
  t.equal(project(place, 'last_pass.stalled'), '0');
  t.same(await night(place, 1), ['STRONG']);
  t.equal(project(place, 'last_pass.distance'), '0');
  t.equal(project(place, 'phase.status'), 'complete');
});

t.test(
  'new files that bring the project no nearer are not strong, whatever the agent says',
  async (t) => {
    const agent = `${HEAD}writeFileSync('outputs/' + turn + '.md', '# x\\n' + 'word '.repeat(30) + turn + '\\n');
${report('twelve entries written')}`;
    const place = placeWithProject(t.testdir(), agent, { stop: COUNTS, criteria: CRITERIA });
    const [first] = await night(place, 1);
    t.equal(first, 'ADEQUATE');
    t.equal(project(place, 'last_pass.stalled'), '1');
    t.match(project(place, 'last_pass.why'), /came no nearer to the stop condition: 0 of 4/);
  },
);

t.test(
  'a pass that takes away what counted is weak, and one that takes it all has failed',
  async (t) => {
    const three = ['a', 'b', 'c'].map((name) => `- name: entry ${name}\n`).join('');
    const files = { 'PROJECTS/pages/outputs/list.md': `# List\n\n## Entries\n\n${three}` };
    const write =
      "writeFileSync('outputs/list.md', '# List\\n\\n## Entries\\n\\n- name: a better one\\n');";
    for (const [deed, grade, why] of [
      [write, 'WEAK', /^it moved away from the stop condition: 1 of 4, and before it 3 of 4$/],
      ["rmSync('outputs/list.md');", 'FAIL', /^nothing was delivered; it moved away .*: 0 of 4, /],
    ] as const) {
      const agent = `${HEAD}${deed}\n${report('tidied the list')}`;
      const options = { stop: COUNTS, criteria: '[{ file_exists: "pass.mjs" }]', files };
      const place = placeWithProject(t.testdir(), agent, options);
      t.same(await night(place, 1), [grade]);
      t.match(project(place, 'last_pass.why'), why);
      t.equal(project(place, 'last_pass.stalled'), '1');
    }
  },
);

t.test('an almost empty page is no progress where nothing is counted', async (t) => {
  const agent = `${HEAD}writeFileSync('outputs/' + turn + '.md', '# x\\n');\n${report('done')}`;
  const stop = '- file_exists: outputs/end.md';
  const place = placeWithProject(t.testdir(), agent, { stop, criteria: CRITERIA });
  t.same(await night(place, 1), ['ADEQUATE']);
  t.match(project(place, 'last_pass.why'), /new content is 1 word/);
});

t.test(
  'in a phase that counts nothing, a page that is new is progress, and an old one is not',
  async (t) => {
    const body =
      "const body = [...'abcdefghijklmnopqrstuvwxyz'].map((letter, i) => letter + (turn % 2) + 'word' + i).join(' ');";
    const agent = `${HEAD}${body}
writeFileSync('outputs/' + turn + '.md', '# Page\\n\\n' + body + '\\n');
${report('a page')}`;
    const stop = '- file_exists: outputs/end.md';
    const place = placeWithProject(t.testdir(), agent, { stop, criteria: CRITERIA });
    t.same(await night(place, 4), ['STRONG', 'STRONG', 'WEAK', 'none'], 'A, B, A, and it rests');
  },
);

t.test('text that comes back in the same file is known by its hash', async (t) => {
  const agent = `${HEAD}const path = 'outputs/page.md';
const [a, b] = ['one', 'two'].map((name) => '# Page\\n\\n' + (name + ' ').repeat(2) + [...'abcdefghijklmnopqrstuvwxyz'].map((letter) => name + letter).join(' ') + '\\n');
writeFileSync(path, existsSync(path) && readFileSync(path, 'utf8') === a ? b : a);
${report('a page')}`;
  const stop = '- file_exists: outputs/end.md';
  const place = placeWithProject(t.testdir(), agent, { stop, criteria: CRITERIA });
  t.same(await night(place, 3), ['STRONG', 'STRONG', 'WEAK']);
});

t.test(
  'a failed pass says what was expected, what was found and where, before what the agent claims',
  async (t) => {
    const agent = `${HEAD}writeFileSync('outputs/list.md', '# List\\n\\n## Entries\\n\\n- name: a\\n');
${report('twelve entries written.')}`;
    const criteria = '[{ entries: { in: "outputs/*.md", under: "## Entries", at_least: 12 } }]';
    const place = placeWithProject(t.testdir(), agent, { stop: COUNTS, criteria });
    t.same(await night(place, 1), ['FAIL']);
    const snapshot = place.workspace.snapshot();
    t.match(outcomes(snapshot), [
      /^FAIL: its criterion is not met: expected at least 12 entries under "## Entries" in outputs\/\*\.md; found 1 entry in PROJECTS\/pages\/outputs\/list\.md:5; the agent says: "twelve/,
    ]);
    t.match(project(place, 'last_pass.why'), /found 1 entry/);
  },
);

t.test('a pass that delivered nothing says how it ended', async (t) => {
  const place = placeWithProject(t.testdir(), "console.log('I cannot help with that.');");
  t.same(await night(place, 1), ['FAIL']);
  t.match(outcomes(place.workspace.snapshot()), [
    /^FAIL: nothing was delivered \(its last words: "I cannot help with that\."\)/,
  ]);
});

t.test('a pass that said nothing says that', async (t) => {
  const silent = placeWithProject(t.testdir(), '');
  t.same(await night(silent, 1), ['FAIL']);
  t.match(outcomes(silent.workspace.snapshot()), [/^FAIL: .*it said nothing/]);
});

t.test(
  'nothing left to do is a success when the condition holds, and ends the phase',
  async (t) => {
    const agent = report('nothing is left to do');
    const files = { 'PROJECTS/pages/outputs/page.md': '# Page\n\n## Entries\n\n- name: a\n' };
    const stop = '- entries: { in: "outputs/*.md", under: "## Entries", at_least: 1 }';
    const criteria = '[{ file_newer: { in: "outputs/*.md", since: last_pass } }]';
    const place = placeWithProject(t.testdir(), agent, { stop, criteria, files });
    const { exit, data } = await worker(environment(place), { role: 'worker' });
    t.equal(exit, 0);
    t.equal(data.quality, 'ADEQUATE');
    t.equal(project(place, 'phase.status'), 'complete');
  },
);

t.test('a condition that holds ends the phase even if the pass failed', async (t) => {
  const files = { 'PROJECTS/pages/outputs/page.md': '# Page\n\n## Entries\n\n- name: a\n' };
  const stop = '- entries: { in: "outputs/*.md", under: "## Entries", at_least: 1 }';
  const place = placeWithProject(t.testdir(), 'process.exit(3);', { stop, files });
  t.same(await night(place, 1), ['FAIL']);
  t.equal(project(place, 'phase.status'), 'complete');
});

t.test('what a deletion breaks elsewhere counts', async (t) => {
  const agent = `${HEAD}rmSync('outputs/old.md');
writeFileSync('outputs/page.md', '# Page\\n\\n## Entries\\n\\n- name: one\\n- name: two\\n');
${report('tidied up')}`;
  const files = {
    'PROJECTS/pages/outputs/old.md': '# Old\n',
    'PROJECTS/pages/notes.md': '# Notes\n\nSee [the old page](outputs/old.md).\n',
  };
  const place = placeWithProject(t.testdir(), agent, { files });
  t.same(await night(place, 1), ['FAIL']);
  t.match(
    project(place, 'last_pass.why'),
    /no longer validates .*PROJECTS\/pages\/notes\.md:3 link-broken/,
  );
});
