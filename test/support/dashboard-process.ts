/** A real `nocturne dashboard` on a workspace, which can be stopped and started again at its port. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('../../../bin/nocturne.cjs', import.meta.url));
const LINK = /(http:\/\/127\.0\.0\.1:\d+)\/enter\?token=\S+/;

export type DashboardPlace = { readonly root: string; readonly home: string };

export class DashboardProcess {
  readonly #place: DashboardPlace;
  readonly #words: readonly string[];
  readonly #through: readonly string[];
  #child: ChildProcess | undefined;
  #link = '';
  #said = '';

  private constructor(place: DashboardPlace, words: readonly string[], through: readonly string[]) {
    this.#place = place;
    this.#words = words;
    this.#through = through;
  }

  /**
   * @param words more of the command line, such as `--read-only`.
   * @param through a program that starts it, and its words.
   */
  static async start(
    place: DashboardPlace,
    words: readonly string[] = [],
    through: readonly string[] = [],
  ): Promise<DashboardProcess> {
    const made = new DashboardProcess(place, words, through);
    await made.#run('0');
    return made;
  }

  /** What it has said. */
  get said(): string {
    return this.#said;
  }

  /** Works once. */
  get link(): string {
    return this.#link;
  }

  get origin(): string {
    return new URL(this.#link).origin;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Ends it at once, as a crash does, unless told otherwise. */
  async stop(signal: 'SIGKILL' | 'SIGTERM' = 'SIGKILL'): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    if (signal === 'SIGKILL') killGroup(child);
    else child.kill(signal);
    await ended;
    while (isGroupAlive(child)) await nextTurn();
  }

  /** At the port that it had. */
  async startAgain(): Promise<void> {
    await this.#run(new URL(this.#link).port);
  }

  async #run(port: string): Promise<void> {
    const { root, home } = this.#place;
    const words = ['dashboard', '--workspace', root, '--port', port, ...this.#words];
    const [program = '', ...before] = [...this.#through, process.execPath];
    const child = spawn(program, [...before, PROGRAM, ...words], {
      env: { ...process.env, NOCTURNE_HOME: home },
      stdio: ['ignore', 'ignore', 'pipe'],
      // The leader of a group, so that commands in processes of their own end with it.
      detached: true,
    });
    this.#child = child;
    this.#said = '';
    const ended = once(child, 'exit');
    const link = new Promise<string>((resolve) => {
      child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
        this.#said += chunk;
        const [found] = LINK.exec(this.#said) ?? [];
        if (found !== undefined) resolve(found);
      });
    });
    const first = await Promise.race([link, ended]);
    if (typeof first !== 'string') throw new Error(`the dashboard ended: ${this.#said}`);
    this.#link = first;
  }
}

function killGroup({ pid }: ChildProcess): void {
  if (pid !== undefined) process.kill(-pid, 'SIGKILL');
}

function isGroupAlive({ pid }: ChildProcess): boolean {
  try {
    return pid !== undefined && process.kill(-pid, 0);
  } catch {
    return false;
  }
}
