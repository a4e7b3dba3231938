/** `job heartbeat NAME`: the line with which a job elsewhere reports its runs. */
import { EXIT } from '../../../kernel/error.js';
import type { ModuleCommand } from '../../types.js';
import { newToken, portOf } from '../heartbeat/tokens.js';
import { jobNamed } from '../job.js';

export const jobHeartbeat: ModuleCommand = {
  summary: 'make the address at which a job elsewhere reports that it started and ended',
  forAgents: 'never',
  args: '<name>',
  options: [
    { flags: '--port <n>', description: 'the port on loopback, for all jobs (default: 7468)' },
  ],
  examples: ['nocturne job heartbeat backup'],
  run(context, { args: [name = ''], options }) {
    context.requireOwner('making an address');
    const workspace = context.workspace();
    const job = jobNamed(workspace.snapshot(), name);
    const { token, port } = newToken(workspace.state, job.name, portOf(options['port']));
    const url = `http://127.0.0.1:${port}/job/${job.name}/${token}`;
    const line = (state: string): string => `curl -fsS '${url}?state=${state}'`;
    return {
      exit: EXIT.ok,
      text: [
        'Before the work, and after it:',
        '',
        `  ${line('started')}`,
        `  ${line('ok')}`,
        '',
        'state=failed says that it failed. curl fails unless everything that the job has to prove holds.',
        'nocturne serve or nocturne schedule must be running; it listens within a minute. Nobody can show the token again: run this command for a new one.',
      ].join('\n'),
      json: { job: job.name, url, port },
    };
  },
};
