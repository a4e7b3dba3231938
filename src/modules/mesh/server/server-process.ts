/** nats-server as a child of this process. */
import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { NocturneError } from '../../../kernel/error.js';
import { identityOf, lifeOf, type ProcessIdentity } from '../../../workspace/process-identity.js';

const READY_MS = 30_000;
const RELOAD_MS = 10_000;
/** How long it may take to end before it is killed. */
const END_MS = 5_000;
const KEPT_OUTPUT = 4_000;

export class ServerProcess {
  readonly #child: ChildProcess;
  readonly #waiting = new Set<() => void>();
  #output = '';
  /** Bytes of output so far. */
  #said = 0;
  /** Resolves with the reason when it has ended. */
  readonly ended: Promise<string>;

  private constructor(child: ChildProcess) {
    this.#child = child;
    child.stderr?.on('data', (part: Buffer) => this.#hear(part.toString()));
    this.ended = new Promise((done) => {
      child.once('error', (error) => done(error.message));
      child.once('exit', (code, signal) => {
        done(`nats-server ended with ${signal ?? code}${this.#lastLine()}`);
        for (const wake of this.#waiting) wake();
      });
    });
  }

  /** Resolves when it takes connections. @throws NocturneError `RUN_FAILED` */
  static async start(program: string, config: string): Promise<ServerProcess> {
    const child = spawn(program, ['-c', config], { stdio: ['ignore', 'ignore', 'pipe'] });
    const made = new ServerProcess(child);
    const isReady = await made.#saysWithin(READY_MS, 0, 'Server is ready');
    if (isReady) return made;
    await made.stop();
    throw new NocturneError('RUN_FAILED', await made.ended, {
      hint: 'nocturne mesh doctor says what is wrong',
    });
  }

  get identity(): ProcessIdentity | undefined {
    const { pid } = this.#child;
    return pid === undefined ? undefined : identityOf(pid);
  }

  /**
   * Takes a changed configuration: users who may not log in any more are cut. Returns false if the
   * server did not say that it has it: then only a restart is sure.
   */
  async reload(): Promise<boolean> {
    const since = this.#said;
    this.#child.kill('SIGHUP');
    return this.#saysWithin(RELOAD_MS, since, 'Reloaded server configuration');
  }

  async stop(): Promise<void> {
    if (this.#isOver()) return;
    this.#child.kill('SIGTERM');
    const late = new AbortController();
    const killing = pause(END_MS, undefined, { signal: late.signal }).then(
      () => this.#child.kill('SIGKILL'),
      () => undefined,
    );
    await this.ended;
    late.abort();
    await killing;
  }

  async #saysWithin(ms: number, since: number, text: string): Promise<boolean> {
    const end = Date.now() + ms;
    for (;;) {
      const heard = this.#output.slice(Math.max(0, this.#output.length - (this.#said - since)));
      if (heard.includes(text)) return true;
      const left = end - Date.now();
      if (left <= 0 || this.#isOver() || heard.includes('Failed to reload')) return false;
      await this.#nextOutput(left);
    }
  }

  async #nextOutput(ms: number): Promise<void> {
    await new Promise<void>((done) => {
      const timer = setTimeout(() => wake(), ms);
      const wake = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(wake);
        done();
      };
      this.#waiting.add(wake);
    });
  }

  #hear(text: string): void {
    this.#output = `${this.#output}${text}`.slice(-KEPT_OUTPUT);
    this.#said += text.length;
    for (const wake of this.#waiting) wake();
  }

  #isOver(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  #lastLine(): string {
    const line = this.#output.trimEnd().split('\n').at(-1) ?? '';
    return line === '' || line.includes('[INF]')
      ? ''
      : `: ${line.replace(/^\[\d+\] \S+ \S+ /, '')}`;
  }
}

/** Ends a server that the last service left behind when it was killed. */
export async function endOrphan(server: ProcessIdentity): Promise<void> {
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    if (lifeOf(server) !== 'alive') return;
    process.kill(server.pid, signal);
    for (let waited = 0; waited < END_MS && lifeOf(server) === 'alive'; waited += 50)
      await pause(50);
  }
}
