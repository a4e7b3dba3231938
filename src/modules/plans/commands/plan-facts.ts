/** A plan for programs: what `--json` prints. */
import { criticalPath } from '../engine/critical-path.js';
import { graphOf } from '../engine/graph.js';
import { planFile } from '../page/plan-page.js';
import type { PlanRead } from '../page/read-plan.js';
import type { PlanStatus, StepDefinition, StepStatus } from '../types.js';

export type StepFacts = {
  readonly id: string;
  readonly title: string;
  readonly run: StepDefinition['run'];
  readonly needs: readonly string[];
  /** `needs`, and whoever produces what it consumes. */
  readonly after: readonly string[];
  /** Whether it has a metric, so that attempts are measured. */
  readonly measured: boolean;
  /** 0 is the first. */
  readonly wave: number;
  readonly critical_path: boolean;
  readonly state: StepStatus['state'];
  readonly tries: number;
  readonly run_id: string | null;
  readonly since: string | null;
  readonly until: string | null;
  readonly why: string | null;
};

export type PlanFacts = {
  readonly project: string;
  readonly file: string;
  readonly title: string;
  readonly template: string;
  /** By the log, also while the page says something else. */
  readonly status: PlanStatus;
  readonly failure_policy: string;
  readonly revision: number;
  readonly proved: number;
  /** Steps that are not proved and not passed over. */
  readonly open: number;
  readonly edits: readonly string[];
  /** Ids of steps that may run side by side, the first wave first. */
  readonly waves: readonly (readonly string[])[];
  readonly critical_path: readonly string[];
  readonly problems: readonly {
    readonly message: string;
    readonly line: number;
    readonly column: number;
    readonly hint: string | null;
  }[];
  readonly steps: readonly StepFacts[];
};

export function planFacts(read: PlanRead, project: string): PlanFacts {
  const { plan, logged, edits, problems } = read;
  const definitions = plan?.definitions ?? [];
  const graph = graphOf(definitions);
  const path = criticalPath(definitions);
  const onPath = new Set(path);
  const steps = definitions.map((definition): StepFacts => {
    const { id, title, run, needs, metric } = definition;
    const status = plan?.steps.get(id) ?? { state: 'waiting', tries: 0 };
    return {
      id,
      title,
      run,
      needs,
      after: graph.needs.get(id) ?? needs,
      measured: metric !== undefined,
      wave: graph.waves.get(id) ?? 0,
      critical_path: onPath.has(id),
      state: status.state,
      tries: status.tries,
      run_id: status.runId ?? null,
      since: status.since ?? null,
      until: status.until ?? null,
      why: status.why ?? null,
    };
  });
  const count = (states: readonly string[]): number =>
    steps.filter(({ state }) => states.includes(state)).length;
  return {
    project,
    file: planFile(project),
    title: plan?.title ?? project,
    template: plan?.template ?? '',
    status: plan?.status ?? 'draft',
    failure_policy: plan?.policy ?? 'continue_best_effort',
    revision: logged?.revision ?? 0,
    proved: count(['proved']),
    open: steps.length - count(['proved', 'skipped']),
    edits: edits.map((edit) => ('step' in edit ? `${edit.kind} ${edit.step}` : edit.kind)),
    problems: problems.map(({ message, range, hint }) => ({
      message,
      line: range.line,
      column: range.column,
      hint: hint ?? null,
    })),
    waves: wavesOf(steps),
    critical_path: path,
    steps,
  };
}

function wavesOf(steps: readonly StepFacts[]): readonly (readonly string[])[] {
  const waves: string[][] = [];
  for (const { id, wave } of steps) (waves[wave] ??= []).push(id);
  return waves;
}
