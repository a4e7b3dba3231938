/**
 * Runs inside a sandbox without a network: `node forwarder.mjs PORT SOCKET PROGRAM ARGUMENT…`. It
 * listens on the sandbox's own loopback, connects each caller to the socket, and starts the program
 * as its child. When it ends, the sandbox ends, and everything in it.
 */
import { spawn } from 'node:child_process';
import { createServer, connect, type Socket } from 'node:net';
import { constants } from 'node:os';
import { pipeline } from 'node:stream';

/** As a shell exits for a program that it cannot start. */
const NOT_STARTED = 127;
const [port = '', socket = '', program = '', ...args] = process.argv.slice(2);

const forward = (caller: Socket): void => {
  const meter = connect({ path: socket, allowHalfOpen: true });
  // Either end that fails closes the other: an abort of the caller is seen behind the socket.
  pipeline(caller, meter, caller, () => undefined);
};

const server = createServer({ allowHalfOpen: true, noDelay: true }, forward);
server.once('error', fail);
server.listen(Number(port), '127.0.0.1', () => {
  const child = spawn(program, args, { stdio: 'inherit' });
  child.once('error', fail);
  child.once('exit', (code, signal) =>
    process.exit(code ?? 128 + (signal === null ? 0 : constants.signals[signal])),
  );
});

// The program is in the same process group and gets each signal itself: a second one could be read
// as impatience. Staying alive lets it end in its own time.
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT'] as const)
  process.on(signal, () => undefined);

function fail(error: Error): void {
  process.stderr.write(`${error.message}\n`);
  process.exit(NOT_STARTED);
}
