/** `plan new`: what it says about the workspace, and the ids that it makes from answers. */
import t from 'tap';
import { askForSteps } from '../../../../src/modules/plans/template/ask-for-plan.js';
import type { OwnerQuestions } from '../../../../src/passes/added-command.js';
import { placeWithProject } from '../../../passes/pass-workspace.js';
import { nocturne } from '../run/plan-place.js';

t.setTimeout(120_000);

t.test('a role goes by the id on its page, whatever the file is called', async (t) => {
  const place = placeWithProject(t.testdir(), '', {
    files: {
      'orchestration-os/roles/chef.md': '---\nid: cook\n---\nYou cook.\n',
      'orchestration-os/plan-templates/dinner.yaml':
        'id: dinner\nsteps:\n  - { id: soup, role: cook }\n  - { id: cake, role: chef }\n',
    },
  });
  const made = await nocturne(place, 'plan', 'new', 'pages', '--template', 'dinner', '--json');
  const { missing } = JSON.parse(made.stdout) as { readonly missing: readonly string[] };
  t.same(missing, ['cake: orchestration-os/roles has no role chef']);
});

t.test('the id of a step is made of the first words of its answer', async (t) => {
  const answers = [
    'Spring',
    'Prüfe, ob alles stimmt',
    'a.md',
    'Prüfe ob alles neu ist',
    'b.md',
    `${'x'.repeat(39)} and more`,
    'c.md',
    '検査',
    'd.md',
    '',
  ];
  const ask: OwnerQuestions = {
    confirm: () => Promise.resolve(true),
    pick: () => Promise.resolve([]),
    choose: () => Promise.resolve('runner'),
    text: () => Promise.resolve(answers.shift()),
  };
  const { steps } = await askForSteps(ask, []);
  const ids = steps.map((step) => (step as { readonly id: string }).id);
  t.same(ids, ['prufe-ob-alles', 'prufe-ob-alles-2', 'x'.repeat(39), 'step']);
});
