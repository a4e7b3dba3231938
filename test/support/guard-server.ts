/** `nocturne guard serve` as a process of its own, and what is said to it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { GuardResponse } from '../../src/passes/host/guard-protocol.js';

export const NOCTURNE = fileURLToPath(new URL('../../../bin/nocturne.cjs', import.meta.url));

export type Server = {
  readonly child: ChildProcess;
  readonly ready: { readonly socket: string; readonly pid: number; readonly served: boolean };
  readonly ended: Promise<number | null>;
};

export async function serve(place: {
  readonly root: string;
  readonly home: string;
}): Promise<Server> {
  const child = spawn(
    process.execPath,
    [NOCTURNE, 'guard', 'serve', '--parent', '--json', '--workspace', place.root],
    { env: { ...process.env, NOCTURNE_HOME: place.home }, stdio: ['pipe', 'pipe', 'ignore'] },
  );
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  const line = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).once('line', resolve);
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}`)));
  });
  return { child, ready: JSON.parse(line) as Server['ready'], ended };
}

export type Line = {
  readonly socket: Socket;
  ask(request: Readonly<Record<string, unknown>>): Promise<GuardResponse>;
  raw(text: string): Promise<GuardResponse>;
};

export async function lineTo(path: string): Promise<Line> {
  const socket = connect(path);
  await new Promise<void>((resolve, reject) =>
    socket.once('connect', () => resolve()).once('error', reject),
  );
  const waiting = new Map<number, (response: GuardResponse) => void>();
  createInterface({ input: socket }).on('line', (line) => {
    const response = JSON.parse(line) as GuardResponse;
    waiting.get(response.id)?.(response);
  });
  let last = 0;
  const send = (id: number, text: string): Promise<GuardResponse> =>
    new Promise((resolve) => {
      waiting.set(id, resolve);
      socket.write(`${text}\n`);
    });
  return {
    socket,
    ask: (request) => send(++last, JSON.stringify({ id: last, ...request })),
    raw: (text) => send(-1, text),
  };
}
