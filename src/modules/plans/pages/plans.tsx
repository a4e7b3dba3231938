/** Plans: how far each is, and which of them needs its owner. */
import type { PageContext, PageView } from '../../../passes/dashboard-page.js';
import { Badge, Bar, Empty, Table } from '../../../report/html/html.js';
import type { PlanFacts } from '../commands/plan-facts.js';
import { PlanBadge } from './plan-state.js';

const MOST = 200;

export async function plans({ call }: PageContext): Promise<PageView> {
  const { json } = await call('plan list');
  const all = (json as unknown as { readonly plans: readonly PlanFacts[] }).plans;
  return {
    title: 'Plans',
    body: (
      <>
        {all.length === 0 ? (
          <Empty>
            There are no plans yet. A plan is a page of its project; nocturne plan new makes one.
          </Empty>
        ) : (
          <Table
            caption="All plans"
            columns={[
              { label: 'Project' },
              { label: 'Plan' },
              { label: 'Status' },
              { label: 'Proved' },
              { label: 'Steps', kind: 'number' },
              { label: 'What it needs' },
            ]}
            rows={all.slice(0, MOST).map(rowOf)}
          />
        )}
        {all.length <= MOST ? null : (
          <p class="note">{`The first ${MOST} of ${all.length} plans.`}</p>
        )}
      </>
    ),
  };
}

function rowOf(plan: PlanFacts) {
  const { project, title, status, proved, open, problems, steps } = plan;
  const of = proved + open;
  return [
    <a href={`/plans/${encodeURIComponent(project)}`}>{project}</a>,
    title,
    <PlanBadge status={status} />,
    <Bar done={proved} of={of} label={`${proved} of ${of} steps are proved`} />,
    `${proved} of ${of}`,
    problems[0] === undefined ? needs(steps) : <Badge tone="wrong">{problems[0].message}</Badge>,
  ];
}

function needs(steps: PlanFacts['steps']) {
  const asking = steps.filter(({ state }) => state === 'asked' || state === 'review');
  const failed = steps.filter(({ state }) => state === 'failed');
  if (failed.length > 0)
    return <Badge tone="wrong">{`failed: ${failed.map(({ id }) => id).join(', ')}`}</Badge>;
  if (asking.length === 0) return '';
  return (
    <Badge tone="attention">{`waits for you: ${asking.map(({ id }) => id).join(', ')}`}</Badge>
  );
}
