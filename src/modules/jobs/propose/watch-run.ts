/** Watches one run of a job that JOBS.md does not have yet: what it writes, and how it ends. */
import type { FoundJob } from '../../../hosts/found-job.js';
import { defined } from '../../../kernel/defined.js';
import { messageOf } from '../../../kernel/error.js';
import type { Workspace } from '../../../workspace/types.js';
import { openBase } from '../base-folder.js';
import type { CommandEnd } from '../run-command.js';
import { keepWatched, readWatched, RUNS, type WatchedJob } from './watched-job.js';
import { COMPLAINT, lookAtAll, writtenFiles } from './written-files.js';

export type WatchRequest = {
  readonly name: string;
  readonly base: string;
  readonly found?: FoundJob;
  readonly start: () => Promise<CommandEnd>;
};
/** `problem`: why nothing was noted; the command ran all the same. */
export type Watched = {
  readonly end: CommandEnd;
  readonly job: WatchedJob | undefined;
  readonly problem?: string;
};

export async function watchRun(workspace: Workspace, request: WatchRequest): Promise<Watched> {
  const { name, base, start } = request;
  const before = tried(() => lookAtAll(workspace.snapshot(), base));
  const began = workspace.clock.now();
  const end = await start();
  const ms = Math.max(0, workspace.clock.now().getTime() - began.getTime());
  if (before.kind === 'problem') return { end, job: undefined, problem: before.why };
  const noted = tried(() => {
    const snapshot = workspace.snapshot();
    const after = lookAtAll(snapshot, base);
    const { files, unlisted } = writtenFiles(before.value, after, openBase(snapshot, base).path);
    const complains = new RegExp(COMPLAINT, 'im').test(end.output);
    const run = { started: began.toISOString(), ms, exit: end.exit, files, unlisted, complains };
    const known = readWatched(workspace.state, name);
    const found = request.found ?? known?.found;
    const runs = known?.base === base ? known.runs : [];
    const job = defined({ name, base, runs: [...runs, run].slice(-RUNS), found });
    keepWatched(workspace.state, job);
    return job;
  });
  return noted.kind === 'problem'
    ? { end, job: undefined, problem: noted.why }
    : { end, job: noted.value };
}

type Tried<T> =
  | { readonly kind: 'done'; readonly value: T }
  | { readonly kind: 'problem'; readonly why: string };

function tried<T>(act: () => T): Tried<T> {
  try {
    return { kind: 'done', value: act() };
  } catch (error) {
    return { kind: 'problem', why: messageOf(error) };
  }
}
