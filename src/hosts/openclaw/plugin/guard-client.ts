/** The connection to Nocturne: starts it if needed, asks, and keeps to the deadline. */
import { type ChildProcess, spawn } from 'node:child_process';
import { lstatSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import type {
  GuardAnswers,
  GuardAsked,
  GuardResponse,
} from '../../../passes/host/guard-protocol.js';
import type { PluginConfig } from './state.js';

type Waiting = {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout | undefined;
};
type Answer<Asked extends GuardAsked> = Asked['op'] extends keyof GuardAnswers
  ? GuardAnswers[Asked['op']]
  : null;

/** Variables that would change the started program, or make it part of a pass. */
const NOT_PASSED_ON = /^(?:NODE_OPTIONS|NODE_PATH|NODE_EXTRA_CA_CERTS|NOCTURNE_.*)$/;
const START_MS = 20_000;
/** The host gives a plugin five seconds when it starts and when it stops. */
export const HOOK_MS = 3_000;

/** Waits no longer for what goes on all the same. */
export async function atMost(ms: number, work: Promise<void>): Promise<void> {
  const late = new Promise<void>((resolve) => void setTimeout(resolve, ms).unref());
  await Promise.race([work, late]);
}

export class GuardClient {
  readonly #config: PluginConfig;
  #child: ChildProcess | undefined;
  #socket: Promise<Socket> | undefined;
  #line: Socket | undefined;
  readonly #waiting = new Map<number, Waiting>();
  #last = 0;
  #isClosed = false;

  constructor(config: PluginConfig) {
    this.#config = config;
  }

  /** After `close`: asks are taken again. */
  open(): void {
    this.#isClosed = false;
  }

  /**
   * @param deadlineMs `undefined`: waits forever, as when a pass begins or ends.
   * @throws Error after `close`: nothing starts a server that nobody would end.
   */
  async ask<Asked extends GuardAsked>(asked: Asked, deadlineMs?: number): Promise<Answer<Asked>> {
    if (this.#isClosed) throw new Error('the gateway was stopped');
    const id = ++this.#last;
    return new Promise<Answer<Asked>>((resolve, reject) => {
      const late = (): void =>
        this.#settle(id)?.reject(new Error(`nocturne did not answer within ${deadlineMs} ms`));
      this.#waiting.set(id, {
        resolve: resolve as (value: unknown) => void,
        reject,
        timer: deadlineMs === undefined ? undefined : setTimeout(late, deadlineMs),
      });
      this.#connected().then(
        (socket) => socket.write(`${JSON.stringify({ id, ...asked })}\n`),
        (error: unknown) =>
          this.#settle(id)?.reject(error instanceof Error ? error : new Error(String(error))),
      );
    });
  }

  /** Resolves when the server that this one started has ended what it was doing. */
  async close(): Promise<void> {
    this.#isClosed = true;
    void this.#socket?.then(
      (socket) => socket.destroy(),
      () => undefined,
    );
    this.#socket = undefined;
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    child.stdin?.end();
    await atMost(HOOK_MS, ended);
  }

  #connected(): Promise<Socket> {
    this.#socket ??= this.#open().catch((error: unknown) => {
      this.#socket = undefined;
      throw error;
    });
    return this.#socket;
  }

  async #open(): Promise<Socket> {
    const path = await this.#start();
    if (process.getuid !== undefined && lstatSync(path).uid !== process.getuid())
      throw new Error(`${path} is another user's`);
    const socket = connect(path);
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', () => resolve());
      socket.once('error', reject);
    });
    socket.on('error', () => socket.destroy());
    const child = this.#child;
    socket.on('close', () => this.#lost(socket, child));
    this.#line = socket;
    let rest = '';
    socket.setEncoding('utf8').on('data', (part: string) => {
      const lines = `${rest}${part}`.split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) this.#take(JSON.parse(line) as GuardResponse);
    });
    return socket;
  }

  /** If a server runs already, the new one prints its socket and ends. */
  #start(): Promise<string> {
    const { node, nocturne, workspace, home } = this.#config;
    const env = Object.fromEntries(
      Object.entries(process.env).filter(([name]) => !NOT_PASSED_ON.test(name)),
    );
    const child = spawn(
      node,
      [nocturne, 'guard', 'serve', '--parent', '--json', '--workspace', workspace],
      {
        env: { ...env, ...(home === undefined ? {} : { NOCTURNE_HOME: home }) },
        cwd: workspace,
        stdio: ['pipe', 'pipe', 'pipe'],
      },
    );
    this.#child = child;
    return new Promise((resolve, reject) => {
      let [out, err] = ['', ''];
      const fail = (why: string): void => {
        clearTimeout(timer);
        reject(new Error(`nocturne did not start: ${why}`));
      };
      const timer = setTimeout(() => {
        child.kill();
        fail(`nothing was heard for ${START_MS / 1000} s`);
      }, START_MS);
      child.stdin.on('error', () => undefined);
      child.stderr.on('data', (part: Buffer) => (err = `${err}${part.toString()}`.slice(-2000)));
      child.on('error', (error) => fail(error.message));
      child.on('exit', (code) => fail(`it ended with ${code}: ${err.trim() || out.trim()}`));
      child.stdout.on('data', (part: Buffer) => {
        out += part.toString();
        const [line] = out.split('\n');
        if (!out.includes('\n') || line === undefined) return;
        clearTimeout(timer);
        const message = JSON.parse(line) as {
          readonly socket?: string;
          readonly error?: { readonly message: string };
        };
        if (message.socket === undefined) fail(message.error?.message ?? line);
        else resolve(message.socket);
      });
    });
  }

  #take(response: GuardResponse): void {
    const waiting = this.#settle(response.id);
    if (response.ok) waiting?.resolve(response.value);
    else
      waiting?.reject(
        new Error(
          response.error.hint === undefined
            ? response.error.message
            : `${response.error.message}; ${response.error.hint}`,
        ),
      );
  }

  /** Requests over a newer connection are not affected. */
  #lost(socket: Socket, child: ChildProcess | undefined): void {
    child?.stdin?.end();
    if (this.#line !== socket) return;
    this.#line = undefined;
    this.#socket = undefined;
    for (const id of [...this.#waiting.keys()])
      this.#settle(id)?.reject(new Error('nocturne went away before it answered'));
  }

  #settle(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    clearTimeout(waiting?.timer);
    return waiting;
  }
}
