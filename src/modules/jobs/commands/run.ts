/** `job run NAME -- cmd …`: the command, between two looks at what the job has to prove. */
import { resolve } from 'node:path';
import { EXIT, NocturneError } from '../../../kernel/error.js';
import { showLines } from '../../../kernel/show-control.js';
import { plural } from '../../../kernel/words.js';
import type { Workspace } from '../../../workspace/types.js';
import type { CommandResult, ModuleCommand, ModuleCommandContext } from '../../types.js';
import {
  type Begun,
  beforeRun,
  type Ended,
  judgeNow,
  type Judged,
  recordVerdict,
} from '../around-run.js';
import { watchRun } from '../propose/watch-run.js';
import { readWatched } from '../propose/watched-job.js';
import { startRepair } from '../repair-pass.js';
import { type CommandEnd, runJobCommand } from '../run-command.js';

/** Before the second attempt; twice as long before each further one. */
const PAUSE_MS = 2000;

export const jobRun: ModuleCommand = {
  summary: 'run a command as a job, and exit 0 only if it did what the job has to prove',
  forAgents: 'never',
  args: '<name> <command...>',
  options: [
    { flags: '--watch', description: 'only watch a job that JOBS.md does not have yet' },
    { flags: '--base <dir>', description: 'with --watch: the folder in which it writes' },
  ],
  examples: [
    'nocturne job run backup -- /usr/local/bin/backup.sh --all',
    '15 2 * * * nocturne job run backup --workspace /home/anna/work -- backup.sh',
  ],
  async run(context, { args: [name = '', ...argv], options }) {
    context.requireOwner('running a job');
    const workspace = context.workspace();
    keepGoing(process.stdout);
    keepGoing(process.stderr);
    if (options['watch'] === true && workspace.snapshot().record('JOB', name) === undefined)
      return watchOnly(context, { name, argv, base: options['base'] });
    let begun: Begun;
    try {
      begun = await beforeRun(workspace, { job: name, by: 'job run' });
    } catch (error) {
      if (!(error instanceof NocturneError) || error.code === 'NOT_FOUND') throw error;
      return unwatched(context, argv, error);
    }
    if (!begun.mayStart) {
      const end: Ended = { end: { kind: 'held-back' } };
      const judged = recordVerdict(workspace, await judgeNow(workspace, begun, end), end);
      return resultOf(context, judged, undefined);
    }
    const { judged, last } = await attempt(context, { workspace, begun, argv });
    const { onFailure } = judged.job;
    if (judged.told && onFailure.kind === 'run')
      startRepair({ ...context, root: workspace.root, project: onFailure.project });
    return resultOf(context, judged, last);
  },
};

async function attempt(
  context: ModuleCommandContext,
  { workspace, begun, argv }: { workspace: Workspace; begun: Begun; argv: readonly string[] },
): Promise<{ readonly judged: Judged; readonly last: CommandEnd }> {
  const { job } = begun;
  const most = job.onFailure.kind === 'retry' ? job.onFailure.times + 1 : 1;
  for (let attempts = 1; ; attempts++) {
    const last = await start(context, argv, begun);
    const ended: Ended = { ...last, attempts };
    const judgement = await judgeNow(workspace, begun, ended);
    const { verdict, reasons } = judgement.verdict;
    // Another run cannot sign a page.
    const isUnsigned = reasons.some(({ kind }) => kind === 'page');
    if (verdict === 'proved' || isUnsigned || attempts >= most)
      return { judged: recordVerdict(workspace, judgement, ended), last };
    const [reason] = reasons;
    say(context, `${job.name}: ${reason?.message ?? 'not proved'}; attempt ${attempts} of ${most}`);
    await pause(PAUSE_MS * 2 ** (attempts - 1));
  }
}

function start(
  context: ModuleCommandContext,
  argv: readonly string[],
  begun?: Begun,
): Promise<CommandEnd> {
  const { env, cwd, json } = context;
  return runJobCommand({
    argv,
    cwd: resolve(cwd),
    env:
      begun === undefined
        ? env
        : { ...env, NOCTURNE_JOB: begun.job.name, NOCTURNE_JOB_RUN: begun.run },
    timeLimitMs: begun?.job.timeLimitMs,
    forbids: begun?.job.forbids ?? [],
    // With --json, standard output is the document's.
    out: json ? process.stderr : process.stdout,
    err: process.stderr,
  });
}

/** Exits as the command does: nothing is asked of it yet. */
async function watchOnly(
  context: ModuleCommandContext,
  asked: { readonly name: string; readonly argv: readonly string[]; readonly base: unknown },
): Promise<CommandResult> {
  const { name, argv } = asked;
  const { state } = context.workspace();
  const base =
    typeof asked.base === 'string'
      ? resolve(context.cwd, asked.base)
      : (readWatched(state, name)?.base ?? resolve(context.cwd));
  const request = { name, base, start: () => start(context, argv) };
  const { end, job, problem } = await watchRun(context.workspace(), request);
  if (job === undefined) say(context, `${name} was not watched: ${problem}`, 'always');
  else say(context, `${name}: ${plural(job.runs.length, 'run')} watched in ${base}`);
  return { exit: end.exit, text: '', json: { job: name, base, watched: job?.runs ?? null } };
}

/** The owner's command does not depend on whether Nocturne can write its log. */
async function unwatched(
  context: ModuleCommandContext,
  argv: readonly string[],
  error: NocturneError,
): Promise<CommandResult> {
  const { exit } = await start(context, argv);
  const message = `the command ran, but nothing is proved: ${error.message}`;
  say(context, message, 'always');
  return {
    exit: exit === 0 ? EXIT.findings : exit,
    text: '',
    json: { error: { ...error.document, message }, exit },
  };
}

function resultOf(
  context: ModuleCommandContext,
  judged: Judged,
  last: CommandEnd | undefined,
): CommandResult {
  const { verdict, reasons, run, job, unrecorded } = judged;
  const fresh = Object.keys(judged.fresh);
  if (verdict === 'proved' && unrecorded === undefined)
    say(context, `${job.name} is proved (${run}): ${plural(fresh.length, 'fresh file')}`);
  else say(context, [`${job.name} is ${verdict} (${run})`, ...lines(judged)].join('\n'), 'always');
  return {
    exit: exitOf(judged, last),
    text: '',
    json: {
      run,
      job: job.name,
      verdict,
      reasons,
      fresh,
      command: last === undefined ? null : { exit: last.exit, ...last.end },
      recorded: unrecorded === undefined,
    },
  };
}

function lines({ reasons, unrecorded }: Judged): readonly string[] {
  return [
    ...reasons.map(({ message }) => `  ${message}`),
    ...(unrecorded === undefined
      ? []
      : [`  the log does not have it yet, the next look at jobs adds it: ${unrecorded}`]),
  ];
}

/** The command's own failure is passed on; the other codes are Nocturne's. */
function exitOf({ verdict, reasons, unrecorded }: Judged, last: CommandEnd | undefined): number {
  if (verdict === 'blocked') return EXIT.refused;
  if (verdict === 'overlapped') return EXIT.deferred;
  if (last !== undefined && last.exit !== 0) return last.exit;
  if (reasons.some(({ kind }) => kind === 'page')) return EXIT.gate;
  return verdict === 'proved' && unrecorded === undefined ? EXIT.ok : EXIT.findings;
}

/** On standard error: standard output is the command's. `always`: even if quiet. */
function say(context: ModuleCommandContext, text: string, when?: 'always'): void {
  const line = `nocturne: ${text}`;
  if (when === 'always') process.stderr.write(`${showLines(line, { color: false })}\n`);
  else context.progress(line);
}

/** A reader that closes the pipe does not end the job. */
function keepGoing(stream: NodeJS.WriteStream): void {
  stream.removeAllListeners('error');
  stream.on('error', () => undefined);
}

function pause(ms: number): Promise<void> {
  return new Promise((done) => {
    setTimeout(done, ms);
  });
}
