/** `guard serve`: judges tool calls over a Unix socket, for hosts that cannot load Nocturne. */
import type { Socket } from 'node:net';
import { aborted } from '../../kernel/aborted.js';
import { defined } from '../../kernel/defined.js';
import type { GuardedHost } from '../../governance/host-tools/host-tools.js';
import { stamp } from '../../kernel/clock.js';
import { NocturneError, messageOf } from '../../kernel/error.js';
import { enabledLedger } from '../../passes/modules/enabled-ledger.js';
import { enabledModules } from '../../passes/modules/module-hooks.js';
import {
  guardRequest,
  type GuardRequest,
  type GuardResponse,
} from '../../passes/host/guard-protocol.js';
import type { PassEnvironment } from '../../passes/types.js';
import { answer, type Desk } from './answer.js';
import { inodeOf, listen, onLines, socketPath, unlisten } from './listen.js';
import { WarmSnapshot } from '../../passes/warm-snapshot.js';

export type ServeOptions = {
  /** Its signal ends the server after the current requests. */
  readonly env: PassEnvironment;
  readonly hosts: readonly GuardedHost[];
  readonly packageRoot: string;
  /** How long the server runs without a connection. */
  readonly idleMs: number;
  /** Called once when the server is ready. `served: false`: another process already serves. */
  readonly ready: (started: {
    readonly socket: string;
    readonly pid: number;
    readonly served: boolean;
  }) => void;
};

/** Resolves when the server has ended. */
export async function serveGuard(options: ServeOptions): Promise<void> {
  const { env, hosts, packageRoot, idleMs, ready } = options;
  const path = socketPath(env.workspace.state);
  const desk: Desk = {
    env,
    hosts,
    warm: new WarmSnapshot(env.workspace),
    ledger: enabledLedger(env.workspace, env.workspace.snapshot().schema, env.modules),
    automations: enabledModules(env, env.workspace.snapshot())
      .find(({ automationWatch }) => automationWatch !== undefined)
      ?.automationWatch?.({ workspace: env.workspace, env: env.env, packageRoot }),
    since: stamp(env.workspace.clock.now()),
    counts: { judged: 0, refused: 0 },
  };
  const sockets = new Set<Socket>();
  const idle = idleTimer(idleMs);
  const ask = inTurn(desk);
  let over = false;
  const server = await listen(path, (socket) => {
    if (over) return void socket.destroy();
    sockets.add(socket);
    idle.stop();
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      sockets.delete(socket);
      if (sockets.size === 0) idle.start();
    });
    onLines(
      socket,
      (line) =>
        void ask(line).then(
          (response) => socket.writable && socket.write(`${JSON.stringify(response)}\n`),
        ),
    );
  });
  if (server === undefined) return ready({ socket: path, pid: 0, served: false });
  const ino = inodeOf(path) ?? 0;
  // Until the watcher is ready, and on a disk that cannot be watched, each snapshot lives a second.
  const watching = desk.warm
    .watch()
    .catch((error: unknown) => env.say(`cannot watch the disk for changes: ${messageOf(error)}`));
  idle.start();
  ready({ socket: path, pid: process.pid, served: true });
  await Promise.race([aborted(env.signal), idle.over]);
  await ask.idle();
  unlisten(server, { path, ino });
  over = true;
  for (const socket of sockets) socket.destroy();
  await desk.warm.close();
  await watching;
}

/** Judges at once; requests that begin or end passes run one after the other. */
function inTurn(
  desk: Desk,
): ((line: string) => Promise<GuardResponse>) & { readonly idle: () => Promise<void> } {
  let last: Promise<unknown> = Promise.resolve();
  const ask = async (line: string): Promise<GuardResponse> => {
    const read = readRequest(line);
    if (read.kind === 'bad')
      return { id: read.id, ok: false, error: { code: 'USAGE', message: read.why } };
    const { request } = read;
    const work = async (): Promise<GuardResponse> => {
      try {
        return { id: request.id, ok: true, value: (await answer(desk, request)) ?? null };
      } catch (error) {
        return { id: request.id, ok: false, error: failureOf(error) };
      }
    };
    if (request.op !== 'begin' && request.op !== 'end') return work();
    const mine = last.then(work);
    last = mine;
    const response = await mine;
    desk.warm.touch();
    return response;
  };
  return Object.assign(ask, { idle: async () => void (await last) });
}

function readRequest(
  line: string,
):
  | { readonly kind: 'request'; readonly request: GuardRequest }
  | { readonly kind: 'bad'; readonly id: number; readonly why: string } {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return { kind: 'bad', id: -1, why: 'the line is not JSON' };
  }
  const read = guardRequest.safeParse(value);
  if (read.success) return { kind: 'request', request: read.data };
  const id =
    typeof value === 'object' && value !== null && 'id' in value && typeof value.id === 'number'
      ? value.id
      : -1;
  return {
    kind: 'bad',
    id,
    why: read.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '),
  };
}

function failureOf(error: unknown): Extract<GuardResponse, { ok: false }>['error'] {
  if (error instanceof NocturneError)
    return {
      code: error.code,
      message: error.message,
      ...defined({ hint: error.hint }),
    };
  return { code: 'INTERNAL', message: messageOf(error) };
}

function idleTimer(ms: number): { start(): void; stop(): void; readonly over: Promise<void> } {
  let timer: NodeJS.Timeout | undefined;
  let end = (): void => undefined;
  const over = new Promise<void>((resolve) => {
    end = resolve;
  });
  const stop = (): void => clearTimeout(timer);
  return {
    start() {
      stop();
      timer = setTimeout(end, ms).unref();
    },
    stop,
    over,
  };
}
