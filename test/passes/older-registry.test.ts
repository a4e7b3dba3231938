/** A workspace that its owner has not upgraded: what newer code asks fits its older bundles. */
import { readFileSync } from 'node:fs';
import t from 'tap';
import { worker } from '../../src/passes/worker/worker.js';
import { fieldText } from '../../src/project/field-text.js';
import { environment, longrunnerOf, placeWithProject, REPORT } from './pass-workspace.js';

t.setTimeout(180_000);

const SHIPPED = readFileSync(new URL('../../../REGISTRY.md', import.meta.url), 'utf8');
const TOPICLESS = SHIPPED.replace(
  /(### surface_escalation\n[\s\S]*?), topic\?: token([\s\S]*?)\| notify \| NOTIFICATION \| topic \| \{topic\} \|\n/,
  '$1$2',
);
const stale = longrunnerOf({
  title: 'Pages',
  mission: 'Test one pass.',
  objective: 'Write the page.',
  first: 'TBD',
  next: ['model_tier: standard'],
});

for (const [what, agent, options] of [
  ['an objective that is a placeholder', REPORT, { page: stale }],
  ['a scope beyond the project', REPORT, { writes: '["../other/**"]' }],
  [
    'a change that is undone',
    `import { writeFileSync } from 'node:fs';\nwriteFileSync('../../SOUL.md', 'x');\n${REPORT}`,
    {},
  ],
] as const)
  t.test(`${what} is asked about`, async (t) => {
    t.not(TOPICLESS, SHIPPED);
    const files = {
      'REGISTRY.md': TOPICLESS,
      ...('page' in options ? { 'PROJECTS/pages/LONGRUNNER.md': options.page } : {}),
    };
    const place = placeWithProject(t.testdir(), agent, {
      files,
      ...('writes' in options ? { writes: options.writes } : {}),
    });
    const report = await worker(environment(place), { role: 'worker' });
    const asked = place.workspace
      .snapshot()
      .records('NOTIFICATION')
      .map((record) => fieldText(record, 'kind'));
    t.same(asked, ['escalation'], report.outcome);
  });
