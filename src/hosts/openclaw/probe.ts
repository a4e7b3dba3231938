/** What `doctor` reports about OpenClaw. */
import { spawnSync } from 'node:child_process';
import { findProgram } from '../../agents/find-program.js';
import { type Observation, off, unknown, working } from '../../kernel/observation.js';
import type { HostMachine } from '../types.js';

const VERSION_MS = 10_000;

export function probe({ env }: HostMachine): Observation {
  const program = findProgram('openclaw', { path: env['PATH'], directory: '/' });
  if (program === undefined)
    return off('openclaw is not on the path; passes can be run without it');
  const { status, stdout } = spawnSync(program, ['--version'], {
    encoding: 'utf8',
    timeout: VERSION_MS,
    env: env as NodeJS.ProcessEnv,
  });
  const [version = ''] = (stdout ?? '').trim().split('\n');
  return status === 0
    ? working(`openclaw ${version.replace(/^openclaw\s*/i, '')} is ${program}`)
    : unknown(`openclaw is ${program}, and did not say its version`, 'openclaw doctor');
}
