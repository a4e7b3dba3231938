/**
 * What happens before and after a run of a job, whoever starts it: `nocturne job run`, or a host
 * that asks around its own runs. `beforeRun`, the run, `afterRun`.
 */
import { evaluateConditions } from '../../governance/conditions/evaluate.js';
import { withoutSecrets } from '../../governance/guard/secrets.js';
import type { AssertionResult } from '../../governance/types.js';
import { notAsSigned } from '../../integrity/page-as-signed.js';
import { defined } from '../../kernel/defined.js';
import { NocturneError } from '../../kernel/error.js';
import { lastBytes, printable } from '../../agents/output-tail.js';
import type { Condition } from '../../project/condition-types.js';
import { REGISTRY_FILE } from '../../registry/load-schema.js';
import { nextId } from '../../workspace/ids.js';
import { lifeOf, ownIdentity, type ProcessIdentity } from '../../workspace/process-identity.js';
import type { Snapshot, Workspace } from '../../workspace/types.js';
import { type BaseFolder, openBase } from './base-folder.js';
import { type Job, jobNamed, JOBS_PAGE } from './job.js';
import { eventChange, type JobEvent } from './job-log.js';
import { judgeRun, type RunEnd, requiresHold, type Verdict } from './judge-run.js';
import { lookAtFiles } from './look-at-files.js';
import { keepOpenRun, openRun, openRuns, type OpenRun } from './open-runs.js';
import { closeLostRuns, commitEnd } from './record-end.js';

export type Begun = {
  readonly run: string;
  readonly job: Job;
  /** Whether the run may start; if not, `afterRun` with `held-back` says why. */
  readonly mayStart: boolean;
};
export type Ended = {
  readonly end: RunEnd;
  /** What it printed, or the end of it. */
  readonly output?: string;
  /** What the output contains and must not, one sentence each. */
  readonly forbidden?: readonly string[];
  readonly attempts?: number;
};
export type Judged = Verdict & {
  readonly run: string;
  readonly job: Job;
  /** The owner was told: the first run since the last proof that proved nothing. */
  readonly told: boolean;
  /** Why the log does not have the verdict yet; the next look at jobs adds it. */
  readonly unrecorded?: string;
};

const OUTPUT_BYTES = 2000;

/**
 * Sees what is there, and records that the run starts.
 * @throws NocturneError `NOT_FOUND`: there is no such job; or why nothing could be recorded.
 */
export async function beforeRun(
  workspace: Workspace,
  request: {
    readonly job: string;
    readonly by: string;
    /** The one that waits for the run, if it is not this one. */
    readonly process?: ProcessIdentity;
    readonly signal?: AbortSignal;
  },
): Promise<Begun> {
  closeLostRuns(workspace);
  const snapshot = workspace.snapshot();
  const job = jobNamed(snapshot, request.job);
  const distrust = distrustOf(workspace, snapshot);
  const base = openBase(snapshot, job.base);
  const look = lookAtFiles(base, job);
  const requires =
    distrust === undefined
      ? await evaluate(job.requires, { job, base, ...defined({ signal: request.signal }) })
      : [];
  const facts = { job: job.name, look, requires, ...defined({ distrust }) };
  const { by, process: identity = ownIdentity() } = request;
  const open = recordStart(workspace, { facts, snapshot, by, identity });
  const mayStart = open.overlaps === undefined && requiresHold(requires);
  return { run: open.run, job, mayStart };
}

/** Judges the run and records the verdict. A failure to record it is part of the answer. */
export async function afterRun(
  workspace: Workspace,
  begun: Pick<Begun, 'run'>,
  ended: Ended,
): Promise<Judged> {
  return recordVerdict(workspace, await judgeNow(workspace, begun, ended), ended);
}

export type Judgement = { readonly open: OpenRun; readonly job: Job; readonly verdict: Verdict };

/** The verdict as it would be, without a record: another attempt may follow. */
export async function judgeNow(
  workspace: Workspace,
  { run }: Pick<Begun, 'run'>,
  { end, forbidden = [] }: Ended,
): Promise<Judgement> {
  const open = openRun(workspace.state, run);
  if (open === undefined)
    throw new NocturneError('NOT_FOUND', `${run} is over, or it never began`, {
      hint: 'nocturne job history shows the runs',
    });
  const snapshot = workspace.snapshot();
  const job = jobNamed(snapshot, open.job);
  const base = openBase(snapshot, job.base);
  const distrust = open.distrust ?? distrustOf(workspace, snapshot, open.page);
  const before = new Map(
    Object.entries(open.look.files).map(([path, file]) => [inBase(base, path), file.sha256]),
  );
  const isEvaluated = distrust === undefined && end.kind !== 'held-back';
  const proves = isEvaluated ? await evaluate(job.proves, { job, base, before }) : [];
  const verdict = judgeRun({
    job,
    requires: open.requires,
    proves,
    before: open.look,
    after: lookAtFiles(base, job),
    forbidden,
    end,
    ...defined({ distrust, overlaps: open.overlaps }),
  });
  return { open, job, verdict };
}

export function recordVerdict(
  workspace: Workspace,
  { open, job, verdict }: Judgement,
  ended: Ended,
): Judged {
  const event = endEvent(open, { verdict, ended, now: workspace.clock.now() });
  const recorded = commitEnd(workspace, { open, event, job });
  const told = recorded.kind === 'recorded' && recorded.told;
  const unrecorded = recorded.kind === 'kept' ? recorded.why : undefined;
  return { ...verdict, run: open.run, job, told, ...defined({ unrecorded }) };
}

/** The conditions of a job as they are now. */
export async function evaluate(
  conditions: readonly Condition[],
  run: {
    readonly job: Job;
    readonly base: BaseFolder;
    readonly before?: ReadonlyMap<string, string>;
    readonly signal?: AbortSignal;
  },
): Promise<readonly AssertionResult[]> {
  const { job, base, before, signal } = run;
  const { snapshot, folder } = base;
  return evaluateConditions(conditions, {
    snapshot,
    folder,
    project: job.name,
    ...defined({ before, signal }),
  });
}

/** Why nothing on the page is relied on. @param page its hash when the run began. */
export function distrustOf(
  workspace: Workspace,
  snapshot: Snapshot,
  page?: string,
): string | undefined {
  const unsigned = notAsSigned(workspace, snapshot, [REGISTRY_FILE, JOBS_PAGE]);
  if (unsigned !== undefined) return unsigned;
  return page === undefined || page === snapshot.hash(JOBS_PAGE)
    ? undefined
    : `${JOBS_PAGE} changed during the run`;
}

function inBase({ folder }: BaseFolder, path: string): string {
  return folder === '' ? path : `${folder}/${path}`;
}

function recordStart(
  workspace: Workspace,
  {
    facts,
    snapshot: seen,
    by,
    identity,
  }: {
    readonly facts: Pick<OpenRun, 'job' | 'look' | 'requires' | 'distrust'>;
    readonly snapshot: Snapshot;
    readonly by: string;
    readonly identity: ProcessIdentity;
  },
): OpenRun {
  const page = seen.hash(JOBS_PAGE) ?? '';
  let open: OpenRun | undefined;
  workspace.commit((snapshot) => {
    const run = open?.run ?? nextId(snapshot, workspace.state, 'JOB');
    const overlaps = openRuns(workspace.state).find(
      (other) =>
        other.job === facts.job &&
        other.run !== run &&
        !other.judged &&
        lifeOf(other.process) !== 'dead',
    )?.run;
    const began = snapshot.now.toISOString();
    open = { ...facts, run, page, began, process: identity, ...defined({ overlaps }) };
    keepOpenRun(workspace.state, open);
    const process = `${identity.pid}@${identity.host}`;
    const event: JobEvent = { event: 'started', run, job: facts.job, by, page, process };
    return {
      actor: { kind: 'nocturne', name: 'jobs' },
      runId: '',
      reason: `${facts.job} starts`,
      changes: [eventChange(snapshot, event)],
    };
  });
  if (open === undefined) throw new Error('the start of a run was not recorded');
  return open;
}

function endEvent(
  open: OpenRun,
  { verdict, ended, now }: { readonly verdict: Verdict; readonly ended: Ended; readonly now: Date },
): JobEvent {
  const { end, output = '', attempts } = ended;
  return {
    event: 'ended',
    run: open.run,
    job: open.job,
    verdict: verdict.verdict,
    reasons: verdict.reasons.map(({ kind, message }) =>
      withoutSecrets(printable(`${kind}: ${message}`)).slice(0, 500),
    ),
    ms: Math.max(0, now.getTime() - Date.parse(open.began)),
    fresh: Object.entries(verdict.fresh)
      .slice(0, 20)
      .map(([path, file]) => `${path} ${file.sha256}`),
    output: lastBytes(withoutSecrets(printable(output)), OUTPUT_BYTES),
    ...defined({
      exit: end.kind === 'exited' ? end.code : undefined,
      signal: end.kind === 'signalled' ? end.signal : undefined,
      attempts: attempts === 1 ? undefined : attempts,
    }),
  };
}
