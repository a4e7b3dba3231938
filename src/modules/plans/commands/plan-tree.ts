/** A plan for people: its steps below the step that each waits for last. */
import type { Paint } from '../../../passes/added-command.js';
import { localTime } from '../../../project/local-time.js';
import { ownerZone } from '../../../project/owner-zone.js';
import type { Snapshot } from '../../../workspace/types.js';
import { graphOf } from '../engine/graph.js';
import type { PlanRead } from '../page/read-plan.js';
import type { PlanFacts, StepFacts } from './plan-facts.js';

export function planTree(
  snapshot: Snapshot,
  read: PlanRead,
  { facts, paint }: { readonly facts: PlanFacts; readonly paint: Paint },
): string {
  const zone = ownerZone(snapshot);
  const { project, title, status, proved, open, template } = facts;
  const from = template === '' ? '' : `, from ${template}`;
  const edits =
    facts.edits.length === 0 ? [] : [`Your edits, for the next pass: ${facts.edits.join(', ')}`];
  return [
    `${title} (${project}${from})`,
    `${paintStatus(status, paint)}: ${proved} of ${proved + open} steps proved`,
    ...facts.problems.flatMap(({ line, message, hint }) => [
      paint.wrong(`${facts.file}:${line}: ${message}`),
      ...(hint === null ? [] : [`  ${hint}`]),
    ]),
    ...edits,
    '',
    ...treeLines(read, facts.steps, { paint, zone }),
  ].join('\n');
}

function paintStatus(status: string, paint: Paint): string {
  if (status === 'failed' || status === 'aborted') return paint.wrong(status);
  return status === 'paused' ? paint.attention(status) : status;
}

type Style = { readonly paint: Paint; readonly zone: string };

function treeLines(read: PlanRead, steps: readonly StepFacts[], style: Style): readonly string[] {
  const children = new Map<string, StepFacts[]>();
  const graph = graphOf(read.plan?.definitions ?? []);
  const wave = new Map(steps.map((step) => [step.id, step.wave]));
  for (const step of steps) {
    const needs = (graph.needs.get(step.id) ?? []).filter((need) => wave.has(need));
    const parent = needs.reduce<string | undefined>(
      (last, need) =>
        last === undefined || (wave.get(need) ?? 0) > (wave.get(last) ?? 0) ? need : last,
      undefined,
    );
    const key = parent ?? '';
    children.set(key, [...(children.get(key) ?? []), step]);
  }
  const lines: string[] = [];
  const seen = new Set<string>();
  const walk = (parent: string, depth: number): void => {
    for (const step of children.get(parent) ?? []) {
      if (seen.has(step.id)) continue;
      seen.add(step.id);
      lines.push(stepLine(step, { depth, parent, style }));
      walk(step.id, depth + 1);
    }
  };
  walk('', 0);
  return lines;
}

function stepLine(
  step: StepFacts,
  place: { readonly depth: number; readonly parent: string; readonly style: Style },
): string {
  const { style, depth, parent } = place;
  const others = step.needs.filter((need) => need !== parent);
  const also = others.length === 0 || depth === 0 ? '' : `, also needs ${others.join(', ')}`;
  const tries = step.tries > 1 ? `, try ${step.tries}` : '';
  const until = step.until === null ? '' : ` until ${localTime(step.until, style.zone)}`;
  const why = step.why === null ? '' : `: ${step.why}`;
  const mark = step.critical_path ? '*' : ' ';
  const state = paintState(step.state, style.paint);
  return `${'  '.repeat(depth)}${mark} ${step.id}  ${state}${until}${tries}${also}${why}`;
}

function paintState(state: StepFacts['state'], paint: Paint): string {
  if (state === 'failed' || state === 'blocked') return paint.wrong(state);
  if (state === 'asked' || state === 'review') return paint.attention(state);
  return state === 'proved' ? paint.good(state) : state;
}
