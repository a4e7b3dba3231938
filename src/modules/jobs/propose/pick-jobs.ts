/** Which jobs of this machine `job new` is about, and where their runs are watched. */
import type { FoundJob } from '../../../hosts/found-job.js';
import { NocturneError } from '../../../kernel/error.js';
import type { ModuleCommandContext } from '../../types.js';
import { openBase } from '../base-folder.js';
import { JOBS_PAGE, jobsOf } from '../job.js';
import { jobBase, jobName } from './command-words.js';
import type { Numbered } from './new-text.js';
import { keepWatched, readWatched, type WatchedJob } from './watched-job.js';

/** @throws NocturneError `NOT_FOUND` for a job that this machine does not have. */
export async function pickJobs(
  { ask }: ModuleCommandContext,
  jobs: readonly Numbered[],
  which: string | undefined,
): Promise<readonly Numbered[]> {
  if (which !== undefined) {
    const found = jobs.find(
      ({ number, found: { id } }) => String(number) === which || id === which,
    );
    if (found !== undefined) return [found];
    throw new NocturneError('NOT_FOUND', `this machine has no job "${which}"`, {
      hint: 'nocturne job new lists the jobs',
    });
  }
  const open = jobs.filter(({ declared }) => declared === '');
  if (ask === undefined || open.length === 0) return [];
  const values = await ask.pick(
    'Which of these jobs should have to prove what they did?',
    open.map(({ found }) => ({
      value: found.id,
      label: `${found.schedule}  ${found.command}`,
      hint: found.place,
    })),
  );
  return open.filter(({ found }) => values.includes(found.id));
}

/** @throws NocturneError `USAGE` where nothing says in which folder it writes. */
export function beginWatching(
  context: ModuleCommandContext,
  found: FoundJob,
  asked: { readonly name: string | undefined; readonly base: string | undefined },
): WatchedJob {
  const workspace = context.workspace();
  const snapshot = workspace.snapshot();
  const taken = new Set(jobsOf(snapshot).map((job) => job.name));
  const name = asked.name ?? jobName(found, taken);
  if (taken.has(name))
    throw new NocturneError('EXISTS', `${JOBS_PAGE} already has a job ${name}`, {
      hint: 'give this one another name: --name NAME',
    });
  const base = asked.base ?? jobBase(found);
  if (base === undefined)
    throw new NocturneError('USAGE', `nothing says in which folder "${found.command}" writes`, {
      hint: 'name it: --base DIR',
    });
  const known = readWatched(workspace.state, name);
  const { path } = openBase(snapshot, base);
  const runs = known?.base === path && known.found?.id === found.id ? known.runs : [];
  const watched = { name, base: path, found, runs };
  keepWatched(workspace.state, watched);
  return watched;
}
