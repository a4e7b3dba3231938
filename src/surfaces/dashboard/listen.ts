/** Takes the port of the dashboard, or says who has it. */
import type { Server } from 'node:http';
import { NocturneError } from '../../kernel/error.js';
import { runningServer } from '../../passes/dashboard-server.js';
import type { Workspace } from '../../workspace/types.js';
import type { Place } from './types.js';

type State = Pick<Workspace, 'state'>;

/** @throws NocturneError `CONFIG`. */
export function listen(server: Server, place: Place, workspace: State): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) => reject(notListening(cause, place, workspace)));
    server.listen(place.port, place.host, resolve);
  });
}

function notListening(
  cause: NodeJS.ErrnoException,
  { host, port }: Place,
  { state }: State,
): NocturneError {
  const isTaken = cause.code === 'EADDRINUSE';
  const own = runningServer(state);
  if (isTaken && own?.url.endsWith(`:${port}`) === true)
    return new NocturneError(
      'CONFIG',
      `the dashboard of this workspace is already running, at ${own.url} (process ${own.pid})`,
      { hint: 'nocturne dashboard link prints a link to it', cause },
    );
  const why = isTaken ? 'another program has it' : cause.message;
  return new NocturneError('CONFIG', `cannot listen on port ${port} of ${host}: ${why}`, {
    hint: 'give another port, such as --port 4171; --port 0 takes any that is free',
    cause,
  });
}
