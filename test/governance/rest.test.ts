/** Which objective of a model can be used for a project. */
import t from 'tap';
import { objectiveProblem } from '../../src/governance/rest.js';
import { makeWorkspace } from '../support/make-workspace.js';
import { longrunnerOf } from '../passes/pass-workspace.js';

t.test('an objective is new, about the phase, and a sentence', (t) => {
  const page = longrunnerOf({
    title: 'Harbours',
    mission: 'Keep a list of harbours.',
    objective: 'Describe each harbour.',
    first: 'List three harbours.',
    next: ['model_tier: standard'],
  });
  const made = makeWorkspace(t.testdir(), {
    files: { 'PROJECTS/harbours/LONGRUNNER.md': page },
  });
  const project = made.workspace.snapshot().record('PROJECT', 'harbours');
  if (project === undefined) return t.fail('there is no project');
  const tried = ['Describe the harbour of Faro.'];
  const cases: readonly (readonly [string, RegExp | undefined])[] = [
    ['Describe the harbour of Porto in outputs/porto.md.', undefined],
    ['Describe the harbour of Faro.', /tried/],
    ['describe  the HARBOUR of faro', /tried/],
    ['List three harbours.', /tried/],
    ['TBD', /placeholder/],
    ['<one imperative sentence>', /placeholder/],
    ['Delete all logs quickly.', /shares no word/],
    ['港', /shares no word/],
    [`Describe harbours ${'and more '.repeat(40)}`, /characters/],
  ];
  for (const [objective, problem] of cases) {
    const found = objectiveProblem(project, objective, tried);
    if (problem === undefined) t.equal(found, undefined, objective);
    else t.match(found, problem, objective);
  }
  t.end();
});
