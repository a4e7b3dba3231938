/** Passes for the steps of one plan, as many at once as there are lanes, until none is ready. */
import { EXIT } from '../../../kernel/error.js';
import { inTurn, lanesOf } from '../../../passes/in-turn.js';
import type { PassReport } from '../../../passes/pass-facts.js';
import { type LaneResult, runLanes } from '../../../passes/run-lanes.js';
import type { PassEnvironment, PassRequest } from '../../../passes/types.js';
import { hasUnits } from '../../../passes/worker/has-work.js';
import { worker } from '../../../passes/worker/worker.js';

/** Pauses between tries that are waited for; after a longer one, another night goes on. */
const LONGEST_WAIT_MS = 10 * 60_000;

/** Passes in a row that take no unit although one was there: their steps broke down. */
const MOST_FRUITLESS = 3;

type Drive = {
  readonly project: string;
  readonly lanes: number;
  /** Passes in all. */
  readonly most: number;
  /** Until the next try of a step, in milliseconds; nothing if none pauses. */
  readonly pause: () => number | undefined;
};

export async function drive(
  env: PassEnvironment,
  { project, lanes, most, pause }: Drive,
): Promise<readonly PassReport[]> {
  const request: PassRequest = { role: 'worker', project, onlyUnits: true };
  const reports: PassReport[] = [];
  const environments = lanesOf(env, lanes);
  let [isStopped, fruitless] = [false, 0];
  const work = async (lane: number): Promise<LaneResult> => {
    const own = environments[lane] ?? env;
    const report = await inTurn(own, async (turn) =>
      (await hasUnits(turn, request)) ? await worker(turn, request) : undefined,
    );
    if (report === undefined) return 'nothing';
    reports.push(report);
    env.say(`     ${report.data.runId} ${report.outcome}`);
    isStopped ||= report.exit === EXIT.gate || report.data.nightOver !== undefined;
    if (isStopped) return 'stop';
    fruitless = report.data.unit === undefined ? fruitless + 1 : 0;
    return fruitless < MOST_FRUITLESS ? 'worked' : 'nothing';
  };
  const mayStart = (): boolean => !env.signal.aborted && !isStopped;
  for (;;) {
    await runLanes({ lanes, most: most - reports.length, mayStart, work });
    const ms = pause();
    if (!mayStart() || reports.length >= most) return reports;
    if (ms === undefined || ms > LONGEST_WAIT_MS) return reports;
    env.say(`     the next try begins in ${Math.ceil(ms / 1000)} s`);
    await env.wait(ms, env.signal);
  }
}
