/** `job list | show | history | check`. */
import { defined } from '../../../kernel/defined.js';
import { EXIT } from '../../../kernel/error.js';
import { isMet } from '../../../governance/conditions/evaluate.js';
import type { AssertionResult } from '../../../governance/types.js';
import { plural } from '../../../kernel/words.js';
import { localTime } from '../../../project/local-time.js';
import { ownerZone } from '../../../project/owner-zone.js';
import type { Snapshot, Workspace } from '../../../workspace/types.js';
import type { ModuleCommand, ModuleCommandContext } from '../../types.js';
import { distrustOf, evaluate } from '../around-run.js';
import { missedTimes } from '../deadlines/missed-lines.js';
import { openBase } from '../base-folder.js';
import { canProve, type Job, jobNamed, JOBS_PAGE, jobsOf, type OnFailure } from '../job.js';
import { DAYS, gridLines, jobDays, LEGEND } from '../job-days.js';
import { type JobRun, jobRuns } from '../job-log.js';
import { closeLostRuns } from '../record-end.js';

const LAST = 20;
const DAY_MS = 86_400_000;

export const jobList: ModuleCommand = {
  summary: 'list the jobs, with a mark for each of the last fourteen days',
  forAgents: 'workspace',
  examples: ['nocturne job list', 'nocturne job list --json'],
  run(context) {
    const { snapshot } = looked(context);
    const zone = ownerZone(snapshot);
    const since = snapshot.now.getTime() - (DAYS + 1) * DAY_MS;
    const runs = [...jobRuns(snapshot, { since })];
    const missed = missedTimes(snapshot, new Date(since));
    const jobs = jobsOf(snapshot).map((job) => {
      const own = runs.filter((run) => run.job === job.name);
      const last = own[0] ?? [...jobRuns(snapshot, { job: job.name })][0];
      const days = jobDays(own, {
        now: snapshot.now,
        zone,
        ...defined({ missed: missed.get(job.name) }),
      });
      return { job, last, days };
    });
    if (jobs.length === 0)
      return {
        exit: EXIT.ok,
        text: `There are no jobs yet. Add a section to ${JOBS_PAGE}; it says how.`,
        json: { jobs: [] },
      };
    const lines = gridLines(
      jobs.map(({ job, days, last }) => ({ name: job.name, days, last: lastText(last, zone) })),
      context.paint,
    );
    const idle = jobs.filter(({ job }) => !canProve(job)).map(({ job }) => job.name);
    const warning =
      idle.length === 0 ? [] : ['', `No run of ${idle.join(', ')} can be proved: ${NO_PROOF}`];
    return {
      exit: EXIT.ok,
      text: [...lines, '', LEGEND, ...warning].join('\n'),
      json: {
        zone,
        jobs: jobs.map(({ job, days, last }) => ({
          ...shownJob(job),
          last: last === undefined ? null : shownRun(last),
          days,
        })),
      },
    };
  },
};

const NO_PROOF = 'the page says neither what it proves nor what is fresh.';

export const jobShow: ModuleCommand = {
  summary: 'show one job: what it has to prove, and its last run',
  forAgents: 'workspace',
  args: '<name>',
  examples: ['nocturne job show backup'],
  run(context, { args }) {
    const { workspace, snapshot } = looked(context);
    const job = jobNamed(snapshot, args[0] ?? '');
    const zone = ownerZone(snapshot);
    const [last] = jobRuns(snapshot, { job: job.name });
    const distrust = distrustOf(workspace, snapshot);
    const list = (title: string, items: readonly string[]): readonly string[] =>
      items.length === 0 ? [] : [`${title}:`, ...items.map((item) => `  ${item}`)];
    const text = [
      `${job.name}${job.title === '' ? '' : ` (${job.title})`}`,
      `Host: ${job.host}${job.hostId === '' ? '' : `, ${job.hostId}`}`,
      `Base: ${openBase(snapshot, job.base).path}`,
      ...list(
        'Must hold before',
        job.requires.map((condition) => condition.text),
      ),
      ...list(
        'Must hold after',
        job.proves.map((condition) => condition.text),
      ),
      ...list('Must be fresh', job.fresh),
      ...list('Its output must not match', job.forbids),
      ...(job.startBy === '' ? [] : [`Must have started by: ${job.startBy}`]),
      ...(job.doneBy === '' ? [] : [`Must be done by: ${job.doneBy}`]),
      `On failure: ${failureText(job.onFailure)}`,
      ...(canProve(job) ? [] : [`No run of it can be proved: ${NO_PROOF}`]),
      ...(distrust === undefined ? [] : [`No run of it can be proved: ${distrust}.`]),
      '',
      ...(last === undefined ? ['It has not run yet.'] : runLines(last, zone)),
    ];
    return {
      exit: EXIT.ok,
      text: text.join('\n'),
      json: {
        job: shownJob(job),
        distrust: distrust ?? null,
        last: last === undefined ? null : { ...shownRun(last), output: last.output },
      },
    };
  },
};

export const jobHistory: ModuleCommand = {
  summary: 'list the runs of one job, or of all, newest first',
  forAgents: 'workspace',
  args: '[name]',
  options: [{ flags: '-n, --last <count>', description: `how many runs (default: ${LAST})` }],
  examples: ['nocturne job history backup', 'nocturne job history --last 100 --json'],
  run(context, { args, options }) {
    const { snapshot } = looked(context);
    const zone = ownerZone(snapshot);
    const [name] = args;
    const most = Number(options['last'] ?? LAST) || LAST;
    const runs: JobRun[] = [];
    for (const run of jobRuns(snapshot, name === undefined ? {} : { job: name })) {
      runs.push(run);
      if (runs.length === most) break;
    }
    // A job that is no longer on the page still has its runs.
    if (runs.length === 0 && name !== undefined) jobNamed(snapshot, name);
    const lines = runs.map((run) =>
      [
        run.run,
        started(run, zone),
        run.job,
        run.verdict,
        run.reasons[0] ?? (run.fresh.length === 0 ? '' : plural(run.fresh.length, 'fresh file')),
      ]
        .join('  ')
        .slice(0, Math.max(60, context.width)),
    );
    return {
      exit: EXIT.ok,
      text: runs.length === 0 ? 'No run yet.' : lines.join('\n'),
      json: { runs: runs.map(shownRun) },
    };
  },
};

export const jobCheck: ModuleCommand = {
  summary: 'evaluate the conditions of a job now, without a run',
  forAgents: 'never',
  args: '<name>',
  examples: ['nocturne job check backup'],
  async run(context, { args }) {
    const { workspace, snapshot } = looked(context);
    const job = jobNamed(snapshot, args[0] ?? '');
    const distrust = distrustOf(workspace, snapshot);
    if (distrust !== undefined)
      return {
        exit: EXIT.gate,
        text: `Nothing was evaluated: ${distrust}.`,
        json: { job: job.name, distrust, requires: [], proves: [] },
      };
    const base = openBase(snapshot, job.base);
    const requires = await evaluate(job.requires, { job, base });
    const proves = await evaluate(job.proves, { job, base });
    const holds = [...requires, ...proves].every(isMet);
    const text = [
      ...(base.exists ? [] : [`The base ${base.path} does not exist.`]),
      ...resultLines('before', requires),
      ...resultLines('after', proves),
      ...(job.fresh.length === 0
        ? []
        : [`Only a run can show that these are fresh: ${job.fresh.join(', ')}`]),
      ...(canProve(job) ? [] : [`No run of it can be proved: ${NO_PROOF}`]),
    ];
    return {
      exit: holds ? EXIT.ok : EXIT.findings,
      text: text.join('\n'),
      json: { job: job.name, base: base.path, distrust: null, requires, proves },
    };
  },
};

function resultLines(when: string, results: readonly AssertionResult[]): readonly string[] {
  return results.map((result) => {
    const { assertion, found, error } = result;
    return `${isMet(result) ? 'met' : 'not met'} (${when})  ${assertion}: ${error ?? found}`;
  });
}

/** Each look also closes the runs that nobody saw end. */
function looked(context: ModuleCommandContext): {
  readonly workspace: Workspace;
  readonly snapshot: Snapshot;
} {
  const workspace = context.workspace();
  closeLostRuns(workspace);
  return { workspace, snapshot: workspace.snapshot() };
}

function lastText(last: JobRun | undefined, zone: string): string {
  return last === undefined ? 'no run yet' : `${last.verdict} ${started(last, zone)}`;
}

function started(run: JobRun, zone: string): string {
  return run.started === undefined ? '' : localTime(new Date(run.started).toISOString(), zone);
}

function runLines(run: JobRun, zone: string): readonly string[] {
  const took = run.ms === undefined ? '' : `, ${(run.ms / 1000).toFixed(1)} s`;
  const tried = run.attempts === 1 ? '' : `, ${run.attempts} attempts`;
  return [
    `Last run: ${run.run}, ${started(run, zone)}${took}${tried}: ${run.verdict}`,
    ...run.reasons.map((reason) => `  ${reason}`),
    ...run.fresh.map((file) => `  fresh: ${file.slice(0, -65)}`),
    ...(run.output.trim() === ''
      ? []
      : [
          '  The end of its output:',
          ...run.output
            .trimEnd()
            .split('\n')
            .slice(-10)
            .map((line) => `  | ${line}`),
        ]),
  ];
}

function failureText(onFailure: OnFailure): string {
  switch (onFailure.kind) {
    case 'retry':
      return `up to ${plural(onFailure.times, 'more attempt')}, then you are told`;
    case 'run':
      return `a pass of ${onFailure.project}`;
    case 'ask':
      return 'you are told';
    case 'nothing':
      return 'nothing';
  }
}

function shownJob(job: Job): Readonly<Record<string, unknown>> {
  const texts = (conditions: Job['proves']): readonly string[] =>
    conditions.map(({ text }) => text);
  return {
    name: job.name,
    title: job.title,
    host: job.host,
    host_id: job.hostId,
    base: job.base,
    requires: texts(job.requires),
    proves: texts(job.proves),
    fresh: job.fresh,
    minBytes: job.minBytes,
    unchanged: job.unchangedOk ? 'ok' : 'no',
    forbids: job.forbids,
    start_by: job.startBy,
    done_by: job.doneBy,
    time_zone: job.timeZone,
    on_failure: job.onFailure,
    provable: canProve(job),
  };
}

function shownRun(run: JobRun): Readonly<Record<string, unknown>> {
  const time = (ms: number | undefined): string | null =>
    ms === undefined ? null : new Date(ms).toISOString();
  const { output: _, ...rest } = run;
  return {
    ...rest,
    started: time(run.started),
    ended: time(run.ended),
    exit: run.exit ?? null,
    ms: run.ms ?? null,
  };
}
