/** Records how runs ended, and tells the owner; also of runs that nobody saw end. */
import { NocturneError } from '../../kernel/error.js';
import type { ChangeSet, Snapshot, Workspace } from '../../workspace/types.js';
import { type Job, jobsOf } from './job.js';
import { eventChange, type JobEvent } from './job-log.js';
import { forgetOpenRun, isLost, keepOpenRun, openRuns, type OpenRun } from './open-runs.js';
import { tellProof, tellTrouble, type Told } from './tell-owner.js';

type End = { readonly open: OpenRun; readonly event: JobEvent; readonly job: Job | undefined };

/** `told`: the owner was told in the same commit. */
export type Recorded =
  | { readonly kind: 'recorded'; readonly told: boolean }
  | { readonly kind: 'kept'; readonly why: string };

/** What cannot be recorded is kept, and recorded at the next look at jobs. */
export function commitEnd(workspace: Workspace, end: End): Recorded {
  const { open, event } = end;
  let told = false;
  try {
    workspace.commit((snapshot) => {
      const change = endChange(snapshot, end);
      told = change.bundle === 'incident_surface';
      return change;
    });
    forgetOpenRun(workspace.state, open.run);
    return { kind: 'recorded', told };
  } catch (error) {
    if (!(error instanceof NocturneError)) throw error;
    keepOpenRun(workspace.state, { ...open, judged: event });
    return { kind: 'kept', why: error.message };
  }
}

/** Idempotent: any process may call it at any time. @returns the runs that it closed. */
export function closeLostRuns(workspace: Workspace): readonly string[] {
  const lost = openRuns(workspace.state).filter(isLost);
  if (lost.length === 0) return [];
  const jobs = jobsOf(workspace.snapshot());
  return lost.flatMap((open) => {
    const event = open.judged ?? lostEvent(open);
    const job = jobs.find(({ name }) => name === open.job);
    return commitEnd(workspace, { open, event, job }).kind === 'recorded' ? [open.run] : [];
  });
}

function endChange(snapshot: Snapshot, { open, event, job }: End): ChangeSet {
  const told = toldOf(snapshot, { open, event, job });
  const isTold = told.bundle === 'incident_surface';
  return {
    actor: { kind: 'nocturne', name: 'jobs' },
    runId: '',
    reason: `${event.job} is ${event.verdict ?? 'over'}`,
    ...told,
    changes: [eventChange(snapshot, isTold ? { ...event, told: true } : event), ...told.changes],
  };
}

function toldOf(snapshot: Snapshot, { open, event, job }: End): Told {
  switch (event.verdict) {
    case 'proved':
      return tellProof(snapshot, event.job);
    case undefined:
    case 'overlapped':
      return { changes: [] };
    default:
      return tellTrouble(snapshot, {
        job: event.job,
        what: `${event.job} did not prove what it should: ${event.reasons?.[0] ?? 'it is not known how it ended'}.`,
        details: event.reasons ?? [],
        // A page that is not as signed does not decide that the owner is not told.
        onFailure:
          job === undefined || open.distrust !== undefined ? { kind: 'ask' } : job.onFailure,
      });
  }
}

function lostEvent({ run, job }: OpenRun): JobEvent {
  const reason = 'lost: its process ended without saying how the run ended';
  return { event: 'ended', run, job, verdict: 'unknown', reasons: [reason] };
}
