/**
 * Processes of the command line that stay and carry out one command after the other, which costs a
 * tenth of a process for each.
 */
import {
  type ChildProcess,
  fork,
  spawn,
  type SpawnOptionsWithoutStdio,
  type StdioOptions,
} from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Answered, Asked } from './standing-child.js';

export type { Answered, Asked };

const at = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url));
export const BIN = at('bin/nocturne.cjs');
const CHILD = at('dist/test/support/standing-child.js');

// V8 takes the stored code of the bundle only with the size of the heap that it was made with.
const execArgv = process.execArgv.filter((flag) => !/semi-space-size/.test(flag));
const stdio: StdioOptions = ['ignore', 'ignore', 'inherit', 'ipc'];

export type Standing = {
  /** What it printed, and its exit code. One is answered at a time, in the order of the calls. */
  readonly ask: (asked: Asked) => Promise<Answered>;
  readonly end: () => void;
};

/**
 * The process is started when it is first needed, and ends with this one. It is the whole command
 * line but for `bin/nocturne.cjs`: words, environment, who calls, exit codes.
 */
export function standingProcess(bundle: string): Standing {
  let child: ChildProcess | undefined;
  let before: Promise<unknown> = Promise.resolve();
  const send = async (asked: Asked): Promise<Answered> => {
    const one = child ?? fork(CHILD, [bundle], { stdio, execArgv });
    child = one;
    one.ref();
    one.channel?.ref();
    const answered = await new Promise<Answered>((resolve, reject) => {
      const ended = (code: number | null): void =>
        reject(new Error(`the process ended with ${code}: ${asked.words.join(' ')}`));
      one.once('exit', ended);
      one.once('message', (message) => {
        one.off('exit', ended);
        resolve(message as Answered);
      });
      one.send(asked);
    });
    one.unref();
    one.channel?.unref();
    return answered;
  };
  return {
    ask(asked) {
      const answered = before.then(() => send(asked));
      before = answered.catch(() => undefined);
      return answered;
    },
    end() {
      child?.kill('SIGKILL');
      child = undefined;
    },
  };
}

const shared = standingProcess(at('dist/cli.cjs'));

/** Of this package. */
export const askStanding = shared.ask;

/** `node bin/nocturne.cjs WORDS`, a process of its own. */
export function startAlone({ words, env, cwd }: Asked, input = ''): Promise<Answered> {
  return startProgram(process.execPath, [BIN, ...words], { cwd, env }, input);
}

/** A program that ends: what it printed, and its exit code. */
export function startProgram(
  program: string,
  words: readonly string[],
  options: SpawnOptionsWithoutStdio,
  input = '',
): Promise<Answered> {
  return new Promise((done) => {
    const child = spawn(program, words, options);
    const said = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const)
      child[name].setEncoding('utf8').on('data', (text: string) => {
        said[name] += text;
      });
    child.on('close', (code) => done({ exit: code ?? -1, ...said }));
    // One that has ended does not read on.
    child.stdin.on('error', () => undefined).end(input);
  });
}

/** These the program answers before the command line. */
const BEFORE = ['gate', 'hook'];
const started = new Set<string>();

/**
 * The first call of each command in a process of tests starts `node bin/nocturne.cjs`; the others
 * are asked of the process that stays.
 */
export async function callProgram(asked: Asked, input?: string): Promise<Answered> {
  const [first = '', second = ''] = asked.words;
  const name = `${first} ${/^[a-z]+$/.test(second) ? second : ''}`;
  const alone =
    BEFORE.some((word) => asked.words.includes(word)) ||
    input !== undefined ||
    // Such options take effect at the start.
    asked.env['NODE_OPTIONS'] !== process.env['NODE_OPTIONS'] ||
    !started.has(name);
  started.add(name);
  return alone ? startAlone(asked, input) : askStanding(asked);
}
