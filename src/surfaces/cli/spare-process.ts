/** Processes of the command line, and one that is started before its words are known. */
import { execa } from 'execa';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { LATER } from './own-words.js';
import type { Context } from './types.js';

export const MEMORY_MB = 512;
const LARGEST_ANSWER = 64 * 1024 * 1024;
/** Then a process that nobody needed ends. */
const LONGEST_MS = 10 * 60_000;

export type CommandProcess = ReturnType<typeof startCommand>;

/** @param cleanup whether a signal that ends this process ends it first. */
export function startCommand(context: Context, words: readonly string[], cleanup = true) {
  const program = join(context.packageRoot, 'bin/nocturne.cjs');
  return execa(process.execPath, [`--max-old-space-size=${MEMORY_MB}`, program, ...words], {
    env: { NOCTURNE_HOME: context.home },
    reject: false,
    cleanup,
    stdin: 'pipe',
    forceKillAfterDelay: 1_000,
    maxBuffer: LARGEST_ANSWER,
  });
}

export class SpareProcess {
  readonly #context: Context;
  #process: CommandProcess | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(context: Context) {
    this.#context = context;
  }

  prepare(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.take()?.kill(), LONGEST_MS).unref();
    if (this.#process !== undefined) return;
    // It ends with its standard input, and must not end the dashboard on a signal before its time.
    const started = startCommand(this.#context, [LATER, this.#context.root()], false);
    this.#process = started;
    for (const part of partsOf(started)) part.unref();
    void started.then(() => {
      if (this.#process === started) this.#process = undefined;
    });
  }

  /** @returns a process that waits for its words on standard input, if there is one. */
  take(): CommandProcess | undefined {
    const taken = this.#process;
    this.#process = undefined;
    if (taken !== undefined) for (const part of partsOf(taken)) part.ref();
    return taken;
  }
}

/** What keeps this process alive while the other one runs. */
function partsOf(started: CommandProcess): readonly { ref(): unknown; unref(): unknown }[] {
  const pipes = [started.stdin, started.stdout, started.stderr];
  return [started, ...pipes.filter((pipe) => pipe instanceof Socket)];
}
