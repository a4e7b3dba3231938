import t from 'tap';
import { type Act, bundleAct, commitActs } from '../../src/passes/act.js';
import { applyProposal } from '../../src/passes/apply-proposal.js';
import { enter } from '../../src/passes/worker/t0-gate.js';
import { environment, placeWithProject } from './pass-workspace.js';

t.test('what a notice proposes is kept under the number of that notice', async (t) => {
  const place = placeWithProject(t.testdir(), '');
  const entered = await enter(environment(place), {
    request: { role: 'manager' },
    driver: 'process',
  });
  if (entered.kind === 'over') return t.fail(entered.report.outcome);
  const ask = (name: string, question: string): ReturnType<typeof bundleAct> =>
    bundleAct('T6', { name, args: { priority: 'low', project: 'pages', question } });
  const focus = { name: 'project_focus', args: { slug: 'pages' } };
  const acts: readonly Act[] = [
    ask('incident_surface', 'Something else?'),
    { ...ask('proposal_surface', 'Put pages first?'), proposes: [focus] },
  ];
  commitActs(place.workspace, entered.stage, acts);
  const asked = place.workspace.snapshot().records('NOTIFICATION');
  const idOf = (text: string): string =>
    asked.find((one) => one.fields.get('action_needed')?.value === text)?.key ?? '';
  const { state } = place.workspace;
  t.match(applyProposal(state, idOf('Put pages first?')), [focus]);
  t.same(applyProposal(state, idOf('Something else?')), []);
});
