/** The limits of SPENDING.md in real passes, also of agents whose calls no meter sees. */
import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { raiseText } from '../../src/governance/raised-limits.js';
import { tierChooser } from '../../src/passes/worker/tier-choice.js';
import { dispatch } from '../../src/governance/dispatch.js';
import type { PassReport } from '../../src/passes/pass-facts.js';
import { worker } from '../../src/passes/worker/worker.js';
import { fieldText } from '../../src/project/field-text.js';
import { openWorkspace } from '../../src/workspace/open-workspace.js';
import {
  environment,
  longrunnerOf,
  placeWithProject,
  type Place,
  restsAfter,
} from './pass-workspace.js';

t.setTimeout(180_000);

const agent = (cost: number): string => `import { mkdirSync, writeFileSync } from 'node:fs';
mkdirSync('outputs', { recursive: true });
writeFileSync('outputs/page.md', String(process.hrtime.bigint()));
console.log('\`\`\`nocturne-report\\nsummary: one page\\noutputs: [outputs/page.md]\\nusage: { tokens_in: 1000, tokens_out: 500, cost: ${cost} }\\n\`\`\`');
`;

type Clocked = Place & { readonly clock: { time: Date } };

/** @param limits rows of the table Limits. */
function placeWith(directory: string, limits: readonly string[], cost = 0.4): Clocked {
  const page = readFileSync(
    new URL('../../../orchestration-os/SPENDING.md', import.meta.url),
    'utf8',
  );
  const above = '| Scope | Project | Tokens | Cost | Note |\n|---|---|---|---|---|\n';
  const made = placeWithProject(directory, agent(cost), {
    stop: '- file_exists: outputs/never.md',
    files: {
      'USER.md': restsAfter(99),
      'orchestration-os/SPENDING.md': page.replace(above, `${above}${limits.join('\n')}\n`),
      'PROJECTS/pages/LONGRUNNER.md': longrunnerOf({
        title: 'Pages',
        mission: 'Test one pass.',
        objective: 'Write the page.',
        first: 'Write the first page.',
        next: ['runner: script', 'model_tier: standard', 'writes: ["outputs/**"]'],
      }),
    },
  });
  const clock = { time: new Date('2026-12-02T22:00:00Z') };
  const workspace = openWorkspace(made.root, { home: made.home, clock: { now: () => clock.time } });
  return { ...made, workspace, clock };
}

const pass = (place: Place): Promise<PassReport> => worker(environment(place), { role: 'worker' });

/** The limits of the tier that the audit log has for a pass. */
const limitsOf = (place: Place, { data }: PassReport): string =>
  place.workspace
    .snapshot()
    .records('AUDIT')
    .filter((row) => fieldText(row, 'run_id') === data.runId && fieldText(row, 'type') === 'budget')
    .map((row) => fieldText(row, 'detail'))
    .join();

t.test('a month counts every pass of the calendar month, and then none begins', async (t) => {
  const place = placeWith(t.testdir(), ['| month | - | - | 1.8 | - |'], 0.9);
  t.match(limitsOf(place, await pass(place)), /a cost of 1$/);
  place.clock.time = new Date('2026-12-29T22:00:00Z');
  t.match(limitsOf(place, await pass(place)), /a cost of 0\.25$/, 'a cheaper tier fits into 0.90');
  const over = await pass(place);
  t.match(over, {
    exit: 4,
    data: { nightOver: 'The budget of this month is used up: a cost of 1.8.' },
  });
  place.clock.time = new Date('2027-01-02T22:00:00Z');
  t.match(limitsOf(place, await pass(place)), /a cost of 1$/, 'the next month begins');
});

t.test('one pass may use no more than the limit of a pass', async (t) => {
  const place = placeWith(t.testdir(), ['| pass | - | 123456 | 0.5 | - |']);
  t.match(limitsOf(place, await pass(place)), /123456 tokens.*0\.5/);
});

t.test('a pass that the owner gives more gets no more than the night has left', async (t) => {
  const place = placeWith(t.testdir(), ['| night | - | 1000000 | - | - |']);
  const raise = { scope: 'pass', unit: 'tokens' as const, night: '2026-12-02' };
  for (const [amount, most] of [
    [700_000, 700_000],
    [9_000_000, 1_000_000],
  ] as const) {
    appendFileSync(
      join(place.root, 'audit/AUDIT-LOG.md'),
      `| 900 | 2026-12-02T21:00:00Z | R | T1 | limit_raise | pages | N-1 | ok | ${raiseText({ ...raise, amount })} | worker | x |\n`,
    );
    const choice = tierChooser(place.workspace.snapshot(), undefined)('pages');
    t.match(choice, { kind: 'chosen', tier: 'standard', limits: { maxTokens: most } });
  }
});

t.test('a project with nothing left of its own limit waits, and no night ends by it', async (t) => {
  const place = placeWith(t.testdir(), ['| project | pages | - | 0.7 | - |']);
  await pass(place);
  t.match(limitsOf(place, await pass(place)), /a cost of 0\.3$/, '0.40 of 0.70 are used');
  place.clock.time = new Date('2027-02-02T22:00:00Z');
  const third = await pass(place);
  t.equal(third.data.nightOver, undefined);
  t.match(third.data.project, undefined);
  const [row] = place.workspace
    .snapshot()
    .records('AUDIT')
    .filter(
      (one) => fieldText(one, 'run_id') === third.data.runId && fieldText(one, 'step') === 'T1',
    );
  t.match(
    fieldText(row, 'detail'),
    /pages: The budget of the project pages is used up: a cost of 0\.7/,
  );
  t.equal(dispatch(place.workspace.snapshot()).chosen?.slug, 'pages');
});
