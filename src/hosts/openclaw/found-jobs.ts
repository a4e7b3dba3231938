/** OpenClaw's automations, for an owner who wants proof of what they do. */
import { homedir } from 'node:os';
import { join } from 'node:path';
import { findProgram } from '../../agents/find-program.js';
import { defined } from '../../kernel/defined.js';
import { messageOf } from '../../kernel/error.js';
import type { FoundJob, FoundPlace } from '../found-job.js';
import type { HostMachine } from '../types.js';
import { type HostJob, hostJobs } from './install/host-jobs.js';
import { probe } from './install/probe.js';
import { openClaw } from './install/program.js';

const PLACE = 'OpenClaw';
const PATIENCE_MS = 30_000;
const WORKSPACE = '.openclaw/workspace';

/** Never throws: a host that is absent, silent or new has no jobs and one remark. */
export async function foundJobs({ env }: Pick<HostMachine, 'env'>): Promise<FoundPlace> {
  const program = findProgram('openclaw', { path: env['PATH'], directory: '/' });
  if (program === undefined)
    return { place: PLACE, jobs: [], remarks: ['openclaw is not on the path'] };
  const host = openClaw({ program, env, patienceMs: PATIENCE_MS });
  try {
    const jobs = await hostJobs(host, await probe(host, { schedule: [], plugins: false }));
    const directory = join(env['HOME'] ?? homedir(), WORKSPACE);
    const enabled = jobs.filter((job) => job.enabled);
    return {
      place: PLACE,
      jobs: enabled.map((job) => foundJob(job, { program, directory })),
      remarks: [],
    };
  } catch (error) {
    return { place: PLACE, jobs: [], remarks: [messageOf(error)] };
  }
}

function foundJob(
  { id, name, schedule, payload }: HostJob,
  { program, directory }: { readonly program: string; readonly directory: string },
): FoundJob {
  const every = schedule?.everyMs;
  return {
    host: 'openclaw',
    id,
    place: `automation ${name || id}`,
    schedule:
      schedule?.expr ??
      (every === undefined ? 'without a time' : `every ${every / 60_000} minutes`),
    command: payload.message ?? payload.kind,
    env: {},
    directory,
    start: [program, 'cron', 'run', id, '--wait'],
    ...defined({ cron: schedule?.expr, zone: schedule?.tz }),
  };
}
