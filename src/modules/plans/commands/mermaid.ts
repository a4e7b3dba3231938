/** A plan as a mermaid diagram. */
import { graphOf } from '../engine/graph.js';
import type { Plan } from '../types.js';

const COLOURS: Readonly<Record<string, string>> = {
  proved: 'fill:#d4edda,stroke:#2e7d32,color:#000',
  running: 'fill:#cfe2ff,stroke:#1565c0,color:#000',
  failed: 'fill:#f8d7da,stroke:#c62828,color:#000',
  blocked: 'fill:#f8d7da,stroke:#c62828,color:#000',
  asked: 'fill:#fff3cd,stroke:#b28704,color:#000',
  review: 'fill:#fff3cd,stroke:#b28704,color:#000',
};

export function mermaid(plan: Plan): string {
  const names = new Map(plan.definitions.map(({ id }, i) => [id, `s${i}`]));
  const nodes = plan.definitions.map(({ id }) => {
    const state = plan.steps.get(id)?.state ?? 'waiting';
    const coloured = state in COLOURS ? `:::${state}` : '';
    return `  ${names.get(id) ?? ''}["${id}<br/>${state}"]${coloured}`;
  });
  const edges = [...graphOf(plan.definitions).needs].flatMap(([id, needs]) =>
    needs.flatMap((need) =>
      names.has(need) ? [`  ${names.get(need) ?? ''} --> ${names.get(id) ?? ''}`] : [],
    ),
  );
  const classes = Object.entries(COLOURS).map(([state, style]) => `  classDef ${state} ${style}`);
  return `${['flowchart TD', ...nodes, ...edges, ...classes].join('\n')}\n`;
}
