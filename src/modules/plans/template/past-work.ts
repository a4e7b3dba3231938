/** What the steps of all plans have taken so far: their runs in the session registry, added up. */
import { fieldText, fieldTime } from '../../../project/field-text.js';
import type { Rec } from '../../../markdown/types.js';
import type { Snapshot } from '../../../workspace/types.js';
import type { PlanDelta } from '../log/plan-delta.js';
import { dataOf, PLAN_EVENT } from '../log/plan-log.js';
import type { StepDefinition } from '../types.js';

/** One step, all its tries together. `cost` is in the owner's currency. */
export type PastStep = {
  readonly definition: StepDefinition;
  /** Which did the work, also where the step names none. */
  readonly runner: string;
  readonly minutes: number;
  readonly tokens: number | undefined;
  readonly cost: number | undefined;
};

/** Steps that are proved; the others say nothing about what it takes. */
export function pastSteps(snapshot: Snapshot): readonly PastStep[] {
  const works = proved(snapshot);
  const wanted = new Set(works.flatMap(({ runs }) => [...runs]));
  const rows = new Map<string, Rec>();
  if (wanted.size > 0)
    for (const row of snapshot.rows('RUN')) if (wanted.has(row.key)) rows.set(row.key, row);
  return works.flatMap(({ definition, runs }): readonly PastStep[] => {
    const found = [...runs].flatMap((run) => rows.get(run) ?? []);
    const last = found.at(-1);
    if (last === undefined) return [];
    const minutes = found.map(
      (row) => ((fieldTime(row, 'ended') ?? 0) - (fieldTime(row, 'started') ?? 0)) / 60_000,
    );
    const tokens = found.map((row) => sum([number(row, 'tokens_in'), number(row, 'tokens_out')]));
    return [
      {
        definition,
        runner: fieldText(last, 'runner'),
        minutes: sum(minutes) ?? 0,
        tokens: sum(tokens),
        cost: sum(found.map((row) => number(row, 'cost'))),
      },
    ];
  });
}

type Work = { readonly definition: StepDefinition; readonly runs: ReadonlySet<string> };

function proved(snapshot: Snapshot): readonly Work[] {
  const done: Work[] = [];
  const definitions = new Map<string, StepDefinition>();
  const runs = new Map<string, Set<string>>();
  if (!snapshot.schema.objects.has(PLAN_EVENT)) return done;
  for (const row of snapshot.rows(PLAN_EVENT)) {
    const project = fieldText(row, 'project');
    const made = dataOf(row, 'made') as PlanDelta;
    for (const [id, definition] of Object.entries(made.definitions ?? {}))
      definitions.set(`${project} ${id}`, definition);
    const key = `${project} ${fieldText(row, 'step')}`;
    const event = fieldText(row, 'event');
    if (event === 'started') runs.set(key, (runs.get(key) ?? new Set()).add(fieldText(row, 'run')));
    const definition = definitions.get(key);
    const own = runs.get(key);
    if (event !== 'proved' || definition === undefined || own === undefined) continue;
    done.push({ definition, runs: own });
    runs.delete(key);
  }
  return done;
}

function number(row: Rec, field: string): number | undefined {
  const text = fieldText(row, field);
  return text === '' || Number.isNaN(Number(text)) ? undefined : Number(text);
}

/** Of those that are known; nothing if none is. */
function sum(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : known.reduce((total, value) => total + value, 0);
}
