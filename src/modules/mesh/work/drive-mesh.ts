/** Passes for tasks of the mesh, those of others and what came home, until none is ready. */
import { EXIT, NocturneError } from '../../../kernel/error.js';
import { inTurn, lanesOf } from '../../../passes/in-turn.js';
import { latestRun } from '../../../passes/night-use.js';
import type { PassReport } from '../../../passes/pass-facts.js';
import { type LaneResult, runLanes } from '../../../passes/run-lanes.js';
import type { PassEnvironment, PassRequest } from '../../../passes/types.js';
import { hasUnits } from '../../../passes/worker/has-work.js';
import { worker } from '../../../passes/worker/worker.js';
import { readArrivals, readClaims } from '../tasks/claim-store.js';
import { tidy } from './tidy.js';

const MOST_PASSES = 10_000;
const REQUEST: PassRequest = { role: 'worker', onlyUnits: true, onlyOf: 'mesh' };

/** `over`: why no pass may begin here for now. */
export type Driven = { readonly reports: readonly PassReport[]; readonly over?: string };

/** Whether there may be a task to work on. Reads no workspace. */
export function mayHaveWork(state: string): boolean {
  return readClaims(state).length > 0 || readArrivals(state).length > 0;
}

export async function driveMesh(
  env: PassEnvironment,
  { lanes, onPass }: { readonly lanes: number; readonly onPass: (report: PassReport) => void },
): Promise<Driven> {
  tidy(env.workspace);
  const budget = { limits: {}, after: latestRun(env.workspace.snapshot()) };
  const environments = lanesOf({ ...env, budget }, lanes);
  const reports: PassReport[] = [];
  let over: string | undefined;
  const work = async (lane: number): Promise<LaneResult> => {
    const report = await onePass(environments[lane] ?? env);
    if (report === undefined) return 'nothing';
    reports.push(report);
    onPass(report);
    if (report.exit === EXIT.gate) over = report.outcome;
    over ??= report.data.nightOver;
    if (over !== undefined) return 'stop';
    return report.data.unit === undefined ? 'nothing' : 'worked';
  };
  const mayStart = (): boolean => !env.signal.aborted && over === undefined;
  await runLanes({ lanes, most: MOST_PASSES, mayStart, work });
  return { reports, ...(over === undefined ? {} : { over }) };
}

/** Nothing where there is no work, or another process is the writer. */
async function onePass(env: PassEnvironment): Promise<PassReport | undefined> {
  try {
    return await inTurn(env, async (turn) =>
      mayHaveWork(env.workspace.state) && (await hasUnits(turn, REQUEST))
        ? await worker(turn, REQUEST)
        : undefined,
    );
  } catch (error) {
    if (error instanceof NocturneError && error.code === 'LOCKED') return undefined;
    throw error;
  }
}
