/** Whose turn it is: a project without progress goes back behind the others, and then rests. */
import { readFileSync } from 'node:fs';
import t from 'tap';
import { worker } from '../../src/passes/worker/worker.js';
import { fieldText } from '../../src/project/field-text.js';
import {
  environment,
  longrunnerOf,
  type Place,
  placeWithProject,
  restsAfter,
} from './pass-workspace.js';

t.setTimeout(180_000);

const shipped = (path: string): string =>
  readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');

/** `pages` fails always and comes first; `notes` writes one new entry in each pass. */
const SILENT = "console.log('no idea');";
const DONE = "console.log('```nocturne-report\\nsummary: nothing is left\\n```');";

function twoProjects(directory: string, most = 3, agent = SILENT): Place {
  const stop = '[{ entries: { in: "outputs/*.md", under: "## Entries", at_least: 9 } }]';
  const works = `import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
mkdirSync('outputs', { recursive: true });
const path = 'outputs/list.md';
if (!existsSync(path)) appendFileSync(path, '# List\\n\\n## Entries\\n\\n');
appendFileSync(path, '- name: entry ' + readFileSync(path, 'utf8').length + '\\n');
console.log('\`\`\`nocturne-report\\nsummary: one more\\nanswers: { non_obvious: true, durable: true, compounding: true }\\n\`\`\`');
`;
  const table = shipped('ACTIVE-PROJECTS.md').replace(
    /(\|---\|.*\n)/,
    '$1| 1 | pages | PROJECTS/pages/LONGRUNNER.md | write | active | - | - |\n| 2 | notes | PROJECTS/notes/LONGRUNNER.md | write | active | - | - |\n',
  );
  return placeWithProject(directory, agent, {
    files: {
      'ACTIVE-PROJECTS.md': table,
      'USER.md': restsAfter(most),
      'PROJECTS/notes/pass.mjs': works,
      'PROJECTS/notes/LONGRUNNER.md': longrunnerOf({
        title: 'Notes',
        mission: 'Nine notes.',
        objective: 'Write them.',
        stop,
        first: 'Write one.',
        next: ['runner: script', 'model_tier: standard', 'writes: ["outputs/**"]'],
      }),
    },
  });
}

async function turns(place: Place, passes: number): Promise<readonly string[]> {
  const taken: string[] = [];
  for (let i = 0; i < passes; i++) {
    const { data } = await worker(environment(place), { role: 'worker' });
    taken.push(data.project ?? 'idle');
  }
  return taken;
}

function answer(place: Place, id: string, text: string): void {
  place.workspace.commit({
    actor: { kind: 'owner', name: 'owner' },
    runId: '',
    reason: 'the owner answers',
    changes: [{ kind: 'set', address: `NOTIFICATION[${id}].answer`, value: text }],
  });
}

t.test('a project without progress goes back behind one that makes some', async (t) => {
  const place = twoProjects(t.testdir(), 99);
  t.same(await turns(place, 9), [
    'pages',
    'notes',
    'notes',
    'notes',
    'pages',
    'notes',
    'notes',
    'notes',
    'pages',
  ]);
});

t.test('a project whose agent would do the same again rests after one pass', async (t) => {
  const place = twoProjects(t.testdir(), 3, DONE);
  t.same(await turns(place, 5), ['pages', 'notes', 'notes', 'notes', 'notes']);
  const snapshot = place.workspace.snapshot();
  t.match(
    fieldText(snapshot.record('DISPATCH', 'pages'), 'escalation'),
    /^pages rests: 1 pass without progress, and its agent would do the same again: it named nothing else to do\. The last one: FAIL, nothing was delivered\. What should it do instead\?/,
  );
  t.equal(snapshot.records('NOTIFICATION').length, 1, 'asked once');
});

/** Does one thing in each pass, in this order, and then nothing. */
function agentThat(directory: string, ...deeds: readonly string[]): string {
  return `import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
const count = ${JSON.stringify(`${directory}/count`)};
const turn = existsSync(count) ? readFileSync(count, 'utf8').length : 0;
appendFileSync(count, '.');
mkdirSync('outputs', { recursive: true });
const said = (next) => console.log('\`\`\`nocturne-report\\nsummary: done\\nanswers: { non_obvious: true, durable: true, compounding: true }\\nnext_objective: ' + next + '\\n\`\`\`');
const deeds = [${deeds.map((deed) => `() => { ${deed} }`).join(', ')}];
deeds[turn]?.();
`;
}
const ENTRY = `writeFileSync('outputs/list.md', '# List\\n\\n## Entries\\n\\n- name: one entry of the list\\n'); said('Write a page about tea.');`;
const NOTHING = "said('Write a page about rice.');";
const CRASH = 'process.exit(1);';
const STOP = '- entries: { in: "outputs/*.md", under: "## Entries", at_least: 9 }';

async function restAfter(
  directory: string,
  ...deeds: readonly string[]
): Promise<{ readonly passes: number; readonly question: string }> {
  const place = placeWithProject(directory, agentThat(directory, ...deeds), { stop: STOP });
  for (let passes = 1; passes <= 6; passes++) {
    await turns(place, 1);
    const row = place.workspace.snapshot().record('DISPATCH', 'pages');
    const question = fieldText(row, 'escalation');
    if (question !== '') return { passes, question };
  }
  return { passes: 0, question: '' };
}

t.test('the question ends with what answers it, however long the reason is', async (t) => {
  const long = Array.from({ length: 3 }, (_, i) => `outputs/${'a-long-name-'.repeat(12)}${i}.md`);
  const criteria = JSON.stringify(long.map((path) => ({ file_exists: path })));
  const agent = agentThat(
    t.testdir(),
    ENTRY.replace('Write a page about tea.', 'Look into tides.'),
  );
  const place = placeWithProject(t.testdir(), agent, { stop: STOP, criteria });
  await turns(place, 1);
  t.match(
    fieldText(place.workspace.snapshot().record('DISPATCH', 'pages'), 'escalation'),
    /The last one: FAIL, none of its 3 criteria .{50,140}… What should it do instead\? Answer with an objective, or answer no to pause the project\.$/,
  );
});

t.test('two passes are enough where both failed in the same way', async (t) => {
  const { passes, question } = await restAfter(t.testdir(), ENTRY, CRASH, CRASH);
  t.equal(passes, 3);
  t.match(
    question,
    /^pages rests: 2 passes in a row without progress, and the last two failed in the same way\./,
  );
});

t.test('two passes are enough where no pass of the phase made progress', async (t) => {
  const { passes, question } = await restAfter(t.testdir(), CRASH, NOTHING);
  t.equal(passes, 2);
  t.match(question, /2 passes in a row without progress, and no pass of this phase made any\./);
});

t.test('a project that made progress and fails in different ways rests after three', async (t) => {
  const { passes, question } = await restAfter(t.testdir(), ENTRY, CRASH, NOTHING, CRASH);
  t.equal(passes, 4);
  t.match(question, /^pages rests: 3 passes in a row without progress\./);
});

t.test('one pass is enough for an agent that means to go on with something else', async (t) => {
  const { passes, question } = await restAfter(t.testdir(), ENTRY, "said('Look into tides.');");
  t.equal(passes, 2);
  t.match(question, /same again: its next objective is about something else\./);
});

t.test('a report that is missing once may have been lost, where there was progress', async (t) => {
  const { passes } = await restAfter(t.testdir(), ENTRY, "console.log('no idea');", CRASH, CRASH);
  t.equal(passes, 4);
});

t.test('what the network did is not evidence against an agent', async (t) => {
  const away = 'process.exit(75);';
  const { passes } = await restAfter(t.testdir(), ...Array.from({ length: 40 }, () => away));
  t.equal(passes, 3);
});

t.test("the owner's number, and the owner's answer ends the rest", async (t) => {
  const place = twoProjects(t.testdir(), 1);
  t.same(await turns(place, 2), ['pages', 'notes']);
  const [asked] = place.workspace.snapshot().records('NOTIFICATION');
  answer(place, asked?.key ?? '', 'Write about tea.');
  t.same(await turns(place, 1), ['pages'], 'its turn again, first by priority');
  t.equal(
    fieldText(place.workspace.snapshot().record('PROJECT', 'pages'), 'last_pass.stalled'),
    '1',
  );
});
