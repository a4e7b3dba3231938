/**
 * A real nats-server on loopback, with the configuration that `mesh init` writes. A newer one than
 * the system's is used where it is installed.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { findServer } from '../../../src/modules/mesh/server/find-server.js';

const FOUND = findServer(process.env);
export const NATS_SERVER = FOUND?.path;
/** Debian's may be too old for a test that needs what later versions have. */
export const SERVER_VERSION = FOUND?.version ?? '0.0.0';
export const NO_SERVER = NATS_SERVER === undefined && 'nats-server is not installed';

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  await new Promise((done) => server.close(done));
  if (typeof address === 'object' && address !== null) return address.port;
  throw new Error('no port');
}

export class RunningServer {
  readonly #config: string;
  #child: ChildProcess | undefined;

  constructor(config: string) {
    this.#config = config;
  }

  /** Resolves when it takes connections. */
  async start(): Promise<void> {
    const child = spawn(NATS_SERVER ?? 'nats-server', ['-c', this.#config], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.#child = child;
    let said = '';
    await new Promise<void>((resolve, reject) => {
      child.stderr?.on('data', (part: Buffer) => {
        said += part.toString();
        if (said.includes('Server is ready')) resolve();
      });
      child.once('exit', (code) => reject(new Error(`nats-server ended with ${code}: ${said}`)));
    });
  }

  /** Takes a changed configuration. */
  reload(text: string): void {
    writeFileSync(this.#config, text);
    this.#child?.kill('SIGHUP');
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((done) => child.once('exit', done));
    child.kill(signal);
    await ended;
  }
}
