/** A plan as a graph: a column for each wave, the critical path thick. */
import type { Child } from 'hono/jsx';
import { type DrawnEdge, drawGraph } from '../../../report/html/draw-graph.js';
import { defined } from '../../../kernel/defined.js';
import type { PlanFacts } from '../commands/plan-facts.js';
import { STEP_LOOKS, stepHref } from './plan-state.js';

export function drawPlan({ project, title, steps, waves, critical_path }: PlanFacts): Child {
  return drawGraph({
    label: `Steps of the plan ${title}`,
    columns: waves.map((_, wave) => `wave ${wave + 1}`),
    nodes: steps.map(({ id, state, wave, critical_path: isCritical }) => {
      const { sign, tone, border } = STEP_LOOKS[state];
      return {
        id,
        label: id,
        note: `${sign} ${state}${isCritical ? ' *' : ''}`,
        href: stepHref(project, id),
        column: wave,
        ...defined({ tone, border }),
      };
    }),
    edges: steps.flatMap(({ id, after }) =>
      after.map((need): DrawnEdge => {
        const isCritical = follows(critical_path, need, id);
        return { from: need, to: id, ...(isCritical ? { border: 'thick' } : {}) };
      }),
    ),
  });
}

function follows(path: readonly string[], before: string, after: string): boolean {
  const place = path.indexOf(before);
  return place >= 0 && path[place + 1] === after;
}
