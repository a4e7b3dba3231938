/** What the rule plan-page finds and what it does not, as changes of the base workspace. */
import { type Edit, file } from './edit-workspace.js';
import type { Case } from './rule-cases.js';

const PLAN = 'PROJECTS/inventory/PLAN.md';

/** @param steps lines below `steps:`. @param rows `step | state` of the table. */
function plan(
  steps: string,
  rows: readonly string[],
  fields: { readonly status?: string; readonly more?: string } = {},
): Edit {
  const { status = 'draft', more = '' } = fields;
  const table = rows.map((row) => `| ${row} | 0 | - | - | - | - |\n`).join('');
  return file(
    PLAN,
    `---\ntitle: Know the packages\nstatus: ${status}\n${more}steps:\n${steps}\n---\n\n# Know the packages\n\n## Steps\n\n| Step | State | Tries | Run | Since | Until | Why |\n|---|---|---|---|---|---|---|\n${table}`,
  );
}

export const PLAN_CASES: readonly Case[] = [
  {
    rule: 'plan-page',
    name: 'a need that is no step',
    edits: [
      plan('  - id: survey\n  - id: report\n    needs: [survey, «surwey»]', [
        'survey | waiting',
        'report | waiting',
      ]),
    ],
    finds: ['error plan-page'],
    says: 'did you mean survey?',
  },
  {
    rule: 'plan-page',
    name: 'a cycle, as a path',
    edits: [
      plan('  - id: a\n    «needs: c»\n  - id: b\n    needs: a\n  - id: c\n    needs: b', [
        'a | waiting',
        'b | waiting',
        'c | waiting',
      ]),
    ],
    finds: ['error plan-page'],
    says: 'a -> c -> b -> a',
  },
  {
    rule: 'plan-page',
    name: 'a row that no step defines, and a step without a row',
    edits: [plan('  «- id: survey\n  - id: report»', ['survey | waiting', '«reprot» | waiting'])],
    finds: ['warning plan-page', 'error plan-page'],
    says: 'did you mean report?',
  },
  {
    rule: 'plan-page',
    name: 'a state that is not one is told once, by the contract of the field',
    edits: [plan('  - id: survey', ['survey | «done»'])],
    finds: ['error field-contract'],
  },
  {
    rule: 'plan-page',
    name: 'a state that only Nocturne gives',
    edits: [plan('  - id: survey', ['survey | «running»'])],
    finds: ['error plan-page'],
    says: 'only Nocturne gives a step the state running',
  },
  {
    rule: 'plan-page',
    name: 'more than 300 steps',
    edits: [
      plan(
        `  «${Array.from({ length: 301 }, (_, i) => `- id: s${i}`).join('\n  ')}»`,
        Array.from({ length: 301 }, (_, i) => `s${i} | waiting`),
      ),
    ],
    finds: ['error plan-page'],
    says: '301 steps',
  },
  {
    rule: 'plan-page',
    name: 'a plan that has ended, without anything in the log',
    edits: [plan('  - id: survey', ['survey | waiting'], { status: '«done»' })],
    finds: ['error plan-page'],
    says: 'cannot become done by hand',
  },
  {
    rule: 'plan-page',
    name: 'a page that shows more than the log has',
    edits: [plan('  - id: survey', ['survey | waiting'], { more: 'revision: «4»\n' })],
    finds: ['error plan-page'],
    says: 'the log ends at 0',
  },
  {
    rule: 'plan-page',
    name: 'a draft of two steps',
    edits: [
      plan('  - id: survey\n  - id: report\n    needs: survey', [
        'survey | waiting',
        'report | skipped',
      ]),
    ],
    finds: [],
  },
  {
    rule: 'plan-template',
    name: 'a variable that is not declared',
    edits: [
      file(
        'orchestration-os/plan-templates/release.yaml',
        'id: release\nvars: { env: staging }\nsteps:\n  - id: deploy\n    objective: To «{{vars.evn}}».\n',
      ),
    ],
    finds: ['error plan-template'],
    says: 'did you mean vars.env?',
  },
  {
    rule: 'plan-template',
    name: 'a template with a sub-plan that is not there',
    edits: [
      file(
        'orchestration-os/plan-templates/release.yaml',
        'id: release\nsteps:\n  - id: deploy\n    run: plan\n    «plan: team-deplox»\n',
      ),
    ],
    finds: ['error plan-template'],
    says: 'did you mean team-deploy?',
  },
  {
    rule: 'plan-template',
    name: 'a good template',
    edits: [
      file('orchestration-os/plan-templates/release.yaml', 'id: release\nsteps:\n  - id: deploy\n'),
    ],
    finds: [],
  },
];
