/**
 * A real nats-server on loopback, with the configuration that `mesh init` writes. A newer one than
 * the system's is used where it is installed.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { homedir } from 'node:os';
import { join } from 'node:path';

const CANDIDATES = [
  process.env['NATS_SERVER'],
  join(homedir(), 'go/bin/nats-server'),
  'nats-server',
];
export const NATS_SERVER = CANDIDATES.find(
  (path) =>
    path !== undefined &&
    (path === 'nats-server' || existsSync(path)) &&
    spawnSync(path, ['--version']).error === undefined,
);
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
