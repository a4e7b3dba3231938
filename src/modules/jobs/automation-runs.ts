/** The runs of automations that a host starts itself and reports, judged as those of `job run`. */
import { NocturneError } from '../../kernel/error.js';
import type {
  Automation,
  AutomationWatch,
  HostEnd,
  RunLook,
  WatchContext,
  WatchedRun,
} from '../../passes/automation-watch.js';
import { identityOf } from '../../workspace/process-identity.js';
import type { Snapshot, Workspace } from '../../workspace/types.js';
import { afterRun, beforeRun, type Ended, judgeNow } from './around-run.js';
import { type Job, jobsOf } from './job.js';
import { jobRuns } from './job-log.js';
import type { RunEnd, Verdict } from './judge-run.js';
import { keepOpenRun, openRun } from './open-runs.js';
import { closeLostRuns } from './record-end.js';
import { startRepair } from './repair-pass.js';
import { watchOutput } from './watch-output.js';

/** What is known of a run only as long as this process lives. */
type Heard = {
  readonly output: ReturnType<typeof watchOutput>;
  tail: string;
  /** One at the end of each attempt. */
  looks: number;
};

const TAIL = 8000;
const UNHEARD = 'a part of the output was not seen, because Nocturne was restarted';

export function automationRuns(context: WatchContext): AutomationWatch {
  const { workspace } = context;
  const heard = new Map<string, Heard>();
  const endedAs = (run: string, end: RunEnd): Ended => {
    const known = heard.get(run);
    return known === undefined
      ? { end, forbidden: unheard(workspace, run) }
      : {
          end,
          output: known.tail,
          forbidden: known.output.end(),
          attempts: Math.max(1, known.looks),
        };
  };
  return {
    async begin(automation, pid) {
      const job = jobOfAutomation(workspace.snapshot(), automation);
      if (job === undefined) return undefined;
      const process = identityOf(pid);
      const begun = await beforeRun(workspace, { job: job.name, by: byOf(automation), process });
      const { run, mayStart } = begun;
      if (!mayStart) return heldBack(workspace, run);
      heard.set(run, { output: watchOutput(job.forbids), tail: '', looks: 0 });
      return { run, mayStart, text: '' };
    },
    printed(run, text) {
      const known = heard.get(run);
      if (known === undefined) return;
      known.output.push(`${text}\n`);
      known.tail = `${known.tail}${text}\n`.slice(-TAIL);
    },
    async look(run): Promise<RunLook> {
      const known = heard.get(run);
      if (known !== undefined) known.looks++;
      const { job, verdict } = await judgeNow(workspace, { run }, endedAs(run, DONE));
      if (verdict.verdict === 'proved') return { kind: 'proved', text: '' };
      const most = job.onFailure.kind === 'retry' ? job.onFailure.times : 0;
      const isLast = known === undefined || known.looks > most;
      return { kind: isLast ? 'caught' : 'again', text: textOf(job, verdict) };
    },
    async end(run, end) {
      const ended = endedAs(run, runEnd(end));
      heard.delete(run);
      try {
        const judged = await afterRun(workspace, { run }, ended);
        const { onFailure } = judged.job;
        if (judged.told && onFailure.kind === 'run')
          startRepair({ ...context, root: workspace.root, project: onFailure.project });
        return textOf(judged.job, judged);
      } catch (error) {
        if (!(error instanceof NocturneError)) throw error;
        closeUnknown(workspace, run, error.message);
        return `${run} is unknown: ${error.message}`;
      }
    },
    async unseen(automation, { started, end, why }) {
      const snapshot = workspace.snapshot();
      const job = jobOfAutomation(snapshot, automation);
      if (job === undefined || hasRunSince(snapshot, job, started)) return;
      const { run } = await beforeRun(workspace, { job: job.name, by: byOf(automation) });
      if (end.status !== 'ok')
        return void (await afterRun(workspace, { run }, endedAs(run, runEnd(end))));
      const said = `${automation.by} says that it ran at ${started} and ended well`;
      closeUnknown(workspace, run, `${said}, but ${why}`);
    },
    closeLost: () => void closeLostRuns(workspace),
  };
}

const DONE: RunEnd = { kind: 'succeeded' };

function runEnd({ status, why }: HostEnd): RunEnd {
  switch (status) {
    case 'ok':
      return DONE;
    case 'error':
      return { kind: 'failed', why };
    case 'skipped':
      return { kind: 'not-started', why };
  }
}

function byOf({ by, id }: Automation): string {
  return `${by} ${id}`;
}

/** By its id or name; else the one whose last run was this automation's, under an earlier name. */
function jobOfAutomation(snapshot: Snapshot, automation: Automation): Job | undefined {
  const jobs = jobsOf(snapshot).filter(({ host }) => host === automation.by);
  const named = jobs.find(({ hostId }) => hostId === automation.id || hostId === automation.name);
  return (
    named ??
    jobs.find((job) => {
      const [last] = jobRuns(snapshot, { job: job.name });
      return last?.by === byOf(automation);
    })
  );
}

/** A command can be a `job run`, and a run that was lost is closed already. */
function hasRunSince(snapshot: Snapshot, job: Job, started: string): boolean {
  const [last] = jobRuns(snapshot, { job: job.name });
  return last?.started !== undefined && last.started >= Date.parse(started);
}

async function heldBack(workspace: Workspace, run: string): Promise<WatchedRun> {
  const judged = await afterRun(workspace, { run }, { end: { kind: 'held-back' } });
  return { run, mayStart: false, text: textOf(judged.job, judged) };
}

function textOf({ name }: Job, { verdict, reasons }: Verdict): string {
  return [`${name} is ${verdict}`, ...reasons.map(({ message }) => message)].join('\n');
}

function unheard(workspace: Workspace, run: string): readonly string[] {
  const open = openRun(workspace.state, run);
  const job = jobsOf(workspace.snapshot()).find(({ name }) => name === open?.job);
  return job === undefined || job.forbids.length === 0 ? [] : [UNHEARD];
}

function closeUnknown(workspace: Workspace, run: string, why: string): void {
  const open = openRun(workspace.state, run);
  if (open === undefined) return;
  const judged = {
    event: 'ended',
    run,
    job: open.job,
    verdict: 'unknown',
    reasons: [`lost: ${why}`],
  } as const;
  keepOpenRun(workspace.state, { ...open, judged });
  closeLostRuns(workspace);
}
