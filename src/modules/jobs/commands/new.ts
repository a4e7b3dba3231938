/**
 * `job new`: finds the jobs of this machine, watches three runs of those that the owner picks, and
 * proposes what they could have to prove. Nothing is started or written without a yes.
 */
import { join } from 'node:path';
import { EXIT, NocturneError } from '../../../kernel/error.js';
import { shellWord } from '../../../kernel/shell-word.js';
import { ownerZone } from '../../../project/owner-zone.js';
import type { CommandResult, ModuleCommand, ModuleCommandContext, Parsed } from '../../types.js';
import { recordMissed } from '../deadlines/record-missed.js';
import { foundPlaces } from '../found/found-places.js';
import { JOBS_PAGE, jobsOf } from '../job.js';
import { changedLine, type Wrapped } from '../propose/changed-line.js';
import { pageWith, withoutUnmet } from '../propose/checked.js';
import { jobSection } from '../propose/job-section.js';
import {
  listText,
  numbered,
  proposalLabel,
  proposalsText,
  watchingText,
} from '../propose/new-text.js';
import { beginWatching, pickJobs } from '../propose/pick-jobs.js';
import { type Proposal, propose } from '../propose/propose.js';
import { runFound, startProblem } from '../propose/run-found.js';
import { watchRun } from '../propose/watch-run.js';
import { forgetWatched, readWatched, RUNS, type WatchedJob } from '../propose/watched-job.js';

export const jobNew: ModuleCommand = {
  summary: 'find a job that already runs, watch three runs, and declare what it has to prove',
  forAgents: 'never',
  options: [
    { flags: '--job <which>', description: 'a number of the list, or the place of the job' },
    { flags: '--name <name>', description: 'its name in JOBS.md, or one that is already watched' },
    { flags: '--base <dir>', description: 'the folder in which it writes' },
    { flags: '--run', description: 'run it now until three runs have been seen' },
    { flags: '--with <numbers>', description: 'also take these proposals, separated by commas' },
    { flags: '--without <numbers>', description: 'leave out these proposals' },
    { flags: '--yes', description: 'write and sign JOBS.md without asking' },
  ],
  examples: [
    'nocturne job new',
    'nocturne job new --job 3 --run',
    'nocturne job new --name backup --without 4 --yes',
  ],
  async run(context, { options }) {
    context.requireOwner('declaring a job');
    const text = (name: string): string | undefined =>
      typeof options[name] === 'string' ? options[name] : undefined;
    const workspace = context.workspace();
    // The signature of the page begins a new count of its deadlines.
    recordMissed(workspace);
    const [which, name] = [text('job'), text('name')];
    const known =
      name === undefined || which !== undefined ? undefined : readWatched(workspace.state, name);
    if (known !== undefined) return proceed(context, known, options);
    if (name !== undefined && which === undefined) throw notWatched(name);
    const places = await foundPlaces(context);
    const jobs = numbered(places, jobsOf(workspace.snapshot()));
    const picked = await pickJobs(context, jobs, which);
    if (picked.length === 0)
      return {
        exit: EXIT.ok,
        text: listText(jobs, places),
        json: {
          jobs: jobs.map(({ number, found, declared }) => ({ number, ...found, declared })),
          remarks: places.flatMap(({ remarks }) => remarks),
        },
      };
    const results: CommandResult[] = [];
    for (const { found } of picked) {
      const watched = beginWatching(context, found, { name, base: text('base') });
      results.push(await proceed(context, watched, options));
    }
    return joined(results);
  },
};

/** Runs it if the owner wants that; proposes if enough runs were seen; else says how to go on. */
async function proceed(
  context: ModuleCommandContext,
  watched: WatchedJob,
  options: Parsed['options'],
): Promise<CommandResult> {
  const job = await withRuns(context, watched, options['run'] === true);
  const snapshot = context.workspace().snapshot();
  const machine = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const made = propose(job, { machine, owner: ownerZone(snapshot) });
  if (made === undefined) return watching(context, job);
  const proposals = await withoutUnmet(snapshot, job, made);
  return decide(context, { job, proposals, options });
}

async function withRuns(
  context: ModuleCommandContext,
  watched: WatchedJob,
  wanted: boolean,
): Promise<WatchedJob> {
  const { found, name, base } = watched;
  if (found === undefined || startProblem(found) !== undefined) return watched;
  const missing = (job: WatchedJob): number =>
    RUNS - job.runs.filter(({ exit }) => exit === 0).length;
  if (missing(watched) <= 0) return watched;
  const question = `Run ${name} now, ${missing(watched)} times, and look at ${base} before and after? ${found.command}`;
  if (!wanted && (await context.ask?.confirm(question)) !== true) return watched;
  let job = watched;
  for (let left = missing(watched); left > 0; left--) {
    context.progress(`${name}: runs in ${base}`);
    const start = () => runFound(found, context.env);
    const seen = await watchRun(context.workspace(), { name, base, found, start });
    if (seen.job === undefined)
      throw new NocturneError('RUN_FAILED', seen.problem ?? 'nothing was seen');
    job = seen.job;
    if (seen.end.exit !== 0) break;
  }
  return job;
}

function watching(context: ModuleCommandContext, job: WatchedJob): CommandResult {
  const { found } = job;
  const line =
    found === undefined ? undefined : changedLine(found, wrapped(context, job.name, true));
  const problem = found === undefined ? 'nothing says how' : startProblem(found);
  return {
    exit: EXIT.ok,
    text: watchingText(job, { line, problem }),
    json: { job: job.name, state: 'watching', base: job.base, runs: job.runs, line: line ?? null },
  };
}

async function decide(
  context: ModuleCommandContext,
  made: {
    readonly job: WatchedJob;
    readonly proposals: readonly Proposal[];
    readonly options: Parsed['options'];
  },
): Promise<CommandResult> {
  const { job, proposals, options } = made;
  const chosen = marked(proposals, options);
  const { ask } = context;
  const isAsked = ask !== undefined && options['yes'] !== true;
  const accepted = isAsked ? await askFor(ask, job, proposals, chosen) : [...chosen];
  const text = proposalsText(proposals, new Set(accepted));
  const json = {
    job: job.name,
    base: job.base,
    proposals: proposals.map((each) => ({ ...each, accepted: accepted.includes(each) })),
  };
  const isWanted =
    options['yes'] === true ||
    (isAsked &&
      accepted.length > 0 &&
      (await ask.confirm(`Write ${job.name} to ${JOBS_PAGE} and sign the page?`)));
  if (!isWanted)
    return {
      exit: EXIT.refused,
      text: `${text}\n\nNothing was written. To write it: nocturne job new --name ${job.name} --yes`,
      json: { ...json, state: 'proposed' },
    };
  const workspace = context.workspace();
  await declare(context, job, accepted);
  forgetWatched(workspace.state, job.name);
  const line =
    job.found === undefined ? undefined : changedLine(job.found, wrapped(context, job.name, false));
  return {
    exit: EXIT.ok,
    text: [
      text,
      '',
      `Wrote ${job.name} to ${JOBS_PAGE} and signed the page.`,
      ...(line === undefined
        ? []
        : ['The line that starts it:', '', `  ${line.replaceAll('\n', '\n  ')}`]),
    ].join('\n'),
    json: { ...json, state: 'written', line: line ?? null },
  };
}

/** @throws NocturneError `EXISTS` if the page has the job by now. */
function declare(
  context: ModuleCommandContext,
  job: WatchedJob,
  accepted: readonly Proposal[],
): Promise<void> {
  return context.signPage(JOBS_PAGE, {
    reason: `new job ${job.name}`,
    text(snapshot) {
      if (snapshot.record('JOB', job.name) === undefined)
        return pageWith(snapshot, jobSection(job, accepted));
      throw new NocturneError('EXISTS', `${JOBS_PAGE} already has a job ${job.name}`, {
        file: JOBS_PAGE,
        hint: 'edit its section, and sign the page',
      });
    },
  });
}

async function askFor(
  ask: NonNullable<ModuleCommandContext['ask']>,
  { name }: WatchedJob,
  proposals: readonly Proposal[],
  chosen: ReadonlySet<Proposal>,
): Promise<readonly Proposal[]> {
  const all = proposals.map((proposal, i) => ({ value: String(i), proposal }));
  const values = await ask.pick(
    `What should ${name} have to prove?`,
    all.map(({ value, proposal }) => ({
      value,
      label: proposalLabel(proposal),
      hint: proposal.evidence,
    })),
    all.filter(({ proposal }) => chosen.has(proposal)).map(({ value }) => value),
  );
  return all.filter(({ value }) => values.includes(value)).map(({ proposal }) => proposal);
}

function marked(proposals: readonly Proposal[], options: Parsed['options']): ReadonlySet<Proposal> {
  const numbers = (name: string): readonly number[] =>
    String(options[name] ?? '')
      .split(',')
      .filter((word) => word.trim() !== '')
      .map(Number);
  const [more, less] = [numbers('with'), numbers('without')];
  const isMarked = ({ weak }: Proposal, number: number): boolean =>
    !less.includes(number) && (weak !== true || more.includes(number));
  return new Set(proposals.filter((proposal, i) => isMarked(proposal, i + 1)));
}

function wrapped(context: ModuleCommandContext, name: string, watch: boolean): Wrapped {
  const { packageRoot } = context;
  const nocturne = `${shellWord(process.execPath)} ${shellWord(join(packageRoot, 'bin/nocturne.cjs'))}`;
  return { name, root: context.workspace().root, nocturne, watch };
}

function notWatched(name: string): NocturneError {
  return new NocturneError('NOT_FOUND', `no run of "${name}" has been watched`, {
    hint: 'nocturne job new lists the jobs of this machine',
  });
}

function joined(results: readonly CommandResult[]): CommandResult {
  const [only] = results;
  if (only !== undefined && results.length === 1) return only;
  return {
    exit: results.find(({ exit }) => exit !== EXIT.ok)?.exit ?? EXIT.ok,
    text: results.map(({ text }) => text).join('\n\n'),
    json: { jobs: results.map(({ json }) => json) },
  };
}
