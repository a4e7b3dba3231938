/** Whose turn it is: a project without progress yields to the others, and rests after three. */
import { readFileSync } from 'node:fs';
import t from 'tap';
import { worker } from '../../src/passes/worker/worker.js';
import { fieldText } from '../../src/project/field-text.js';
import { environment, longrunnerOf, type Place, placeWithProject } from './pass-workspace.js';

t.setTimeout(180_000);

const shipped = (path: string): string =>
  readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');

/** `pages` fails always and comes first; `notes` writes one new entry in each pass. */
function twoProjects(directory: string, most = 3): Place {
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
  return placeWithProject(directory, "console.log('no idea');", {
    files: {
      'ACTIVE-PROJECTS.md': table,
      'USER.md': shipped('USER.md').replace(
        '**Passes without progress:** 3',
        `**Passes without progress:** ${most}`,
      ),
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

t.test('a failing project yields, and rests after three passes', async (t) => {
  const place = twoProjects(t.testdir());
  t.same(await turns(place, 8), [
    'pages',
    'notes',
    'pages',
    'notes',
    'pages',
    'notes',
    'notes',
    'notes',
  ]);
  const snapshot = place.workspace.snapshot();
  t.match(
    fieldText(snapshot.record('DISPATCH', 'pages'), 'escalation'),
    /^pages rests: 3 passes in a row without progress\. The last one: FAIL, nothing was delivered .*What should it do instead\?/,
  );
  t.equal(snapshot.records('NOTIFICATION').length, 1, 'asked once');
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
