/** Why a run of a plan has ended although some of its steps are ready, for each of them. */
import { plural } from '../../../kernel/words.js';
import type { PassReport } from '../../../passes/pass-facts.js';
import type { PassEnvironment } from '../../../passes/types.js';
import { whyNoUnit } from '../../../passes/worker/has-work.js';
import { readySteps } from '../engine/ready-steps.js';
import { stamp } from '../../../kernel/clock.js';
import type { PlanRead } from '../page/read-plan.js';

type Ended = {
  readonly project: string;
  readonly read: PlanRead;
  readonly reports: readonly PassReport[];
  /** Passes in all. */
  readonly most: number;
};

export function whyReady(
  env: PassEnvironment,
  { project, read, reports, most }: Ended,
): ReadonlyMap<string, string> {
  if (read.plan === undefined) return new Map();
  const ready = readySteps(read.plan, stamp(env.workspace.clock.now()));
  const all = endOfAll(env, { reports, most, read });
  const skipped = whyNoUnit(env, { role: 'worker', project, onlyUnits: true });
  return new Map(
    ready.map((step) => [
      step,
      all ?? skipped.get(`plan/${project}/${step}`) ?? skipped.get(project) ?? lastWords(reports),
    ]),
  );
}

/** What kept every step from starting. */
function endOfAll(
  { signal }: PassEnvironment,
  { reports, most, read }: Pick<Ended, 'reports' | 'most' | 'read'>,
): string | undefined {
  const [problem] = read.problems;
  if (problem !== undefined) return `${problem.message}. ${problem.hint ?? ''}`.trim();
  if (signal.aborted) return 'the run was stopped';
  const over = reports.find(({ data }) => data.nightOver !== undefined);
  if (over !== undefined) return over.data.nightOver;
  if (reports.length >= most) return `${plural(reports.length, 'pass', 'passes')} was the most`;
  return undefined;
}

function lastWords(reports: readonly PassReport[]): string {
  const last = reports.at(-1);
  return last === undefined ? 'no pass began' : `the last pass took none: ${last.outcome}`;
}
