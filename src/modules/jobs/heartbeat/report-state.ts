/** What a report of a job elsewhere does: a run begins, or its conditions are evaluated here. */
import { NocturneError } from '../../../kernel/error.js';
import { lifeOf, type ProcessIdentity } from '../../../workspace/process-identity.js';
import type { Workspace } from '../../../workspace/types.js';
import { afterRun, beforeRun } from '../around-run.js';
import { jobsOf } from '../job.js';
import type { RunEnd } from '../judge-run.js';
import { keepOpenRun, openRun, type OpenRun, openRuns } from '../open-runs.js';
import { closeLostRuns } from '../record-end.js';

export const STATES = ['started', 'ok', 'failed'] as const;
export type ReportedState = (typeof STATES)[number];

/** `status`: of HTTP; `curl -f` fails from 400 on. */
export type Answer = { readonly status: 200 | 404 | 409 | 422 | 503; readonly text: string };

/** Nobody here waits for it, so no process can tell that it is over. */
const ELSEWHERE: ProcessIdentity = { pid: 0, host: 'reported over HTTP', boot: '', started: '' };
/** Without a time limit of its own. A run that never reports is not known to have ended. */
const LONGEST_MS = 24 * 3_600_000;

/** One report of a job at a time: the caller sees to that. */
export async function reportState(
  workspace: Workspace,
  job: string,
  state: ReportedState,
): Promise<Answer> {
  const declared = jobsOf(workspace.snapshot()).find(({ name }) => name === job);
  if (declared === undefined) return { status: 404, text: 'not found' };
  const open = openReport(workspace, job, declared.timeLimitMs ?? LONGEST_MS);
  try {
    return state === 'started'
      ? await begin(workspace, job, open)
      : await end(workspace, open, state);
  } catch (error) {
    if (!(error instanceof NocturneError)) throw error;
    return { status: 503, text: error.message };
  }
}

async function begin(
  workspace: Workspace,
  job: string,
  open: OpenRun | undefined,
): Promise<Answer> {
  if (open !== undefined)
    return { status: 409, text: `${open.run} began at ${open.began} and is not over` };
  const { run, mayStart } = await beforeRun(workspace, { job, by: 'heartbeat' });
  const begun = openRun(workspace.state, run);
  if (begun !== undefined) keepOpenRun(workspace.state, { ...begun, process: ELSEWHERE });
  if (mayStart) return { status: 200, text: `${run} started` };
  const { verdict, reasons } = await afterRun(workspace, { run }, { end: { kind: 'held-back' } });
  return { status: 422, text: [`${run} is ${verdict}`, ...reasons.map(said)].join('\n') };
}

async function end(
  workspace: Workspace,
  open: OpenRun | undefined,
  state: 'ok' | 'failed',
): Promise<Answer> {
  if (open === undefined)
    return { status: 409, text: 'no run is open: report state=started before it works' };
  const how: RunEnd =
    state === 'ok'
      ? { kind: 'exited', code: 0 }
      : { kind: 'failed', why: 'it reported that it failed' };
  const { verdict, reasons } = await afterRun(workspace, open, { end: how });
  const text = [`${open.run} is ${verdict}`, ...reasons.map(said)].join('\n');
  return { status: verdict === 'proved' || state === 'failed' ? 200 : 422, text };
}

function said({ message }: { readonly message: string }): string {
  return `  ${message}`;
}

/** The run that its last `started` opened; one that took too long is closed as unknown. */
function openReport(workspace: Workspace, job: string, mostMs: number): OpenRun | undefined {
  const open = openRuns(workspace.state).find(
    (run) => run.job === job && run.judged === undefined && lifeOf(run.process) === 'unknown',
  );
  if (open === undefined) return undefined;
  const { run, began } = open;
  if (workspace.clock.now().getTime() - Date.parse(began) <= mostMs) return open;
  const reasons = ['lost: it did not report how it ended'];
  const judged = { event: 'ended', run, job, verdict: 'unknown', reasons } as const;
  keepOpenRun(workspace.state, { ...open, judged });
  closeLostRuns(workspace);
  return undefined;
}
