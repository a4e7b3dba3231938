/**
 * The simulated machine: one clock, one source of randomness, processes that die and files that
 * fail. Everything in this process uses it once it is installed.
 */
import crypto from 'node:crypto';
import real, { type Stats } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import os from 'node:os';
import { type Files, replaceFiles } from '../src/kernel/files.js';
import { Crash, type Fault, type Operation, OPERATION_OF, systemError } from './faults.js';
import { type Random, randomFrom } from './random.js';

/** A fault that is slow takes longer than the lease of a pass. */
const SLOW_MS = 25 * 60_000;
const FIRST_PID = 7_000_000;
const BOOT = '00000000-0000-4000-8000-000000000000\n';
const REAL_DATE = Date;

type State = {
  now: number;
  random: Random;
  pid: number;
  fault: Fault | undefined;
  calls: number;
  /** The simulator itself looks: its calls neither count nor fail. */
  looking: boolean;
  /** Calls below this folder count; others are the program's own files. */
  folder: string;
  crashed: boolean;
  /** The open descriptors of the simulated process, and their paths. */
  open: Map<number, string>;
  times: Map<string, number>;
};

const state: State = {
  now: 0,
  random: randomFrom(0),
  pid: FIRST_PID,
  fault: undefined,
  calls: 0,
  looking: false,
  folder: '',
  crashed: false,
  open: new Map(),
  times: new Map(),
};

export const machine = {
  clock: { now: (): Date => new REAL_DATE(state.now) },
  /** Begins a story: everything after it follows from the seed. */
  begin(options: { readonly seed: number; readonly now: number; readonly folder: string }): void {
    Object.assign(state, { ...options, random: randomFrom(options.seed), pid: FIRST_PID });
    state.times.clear();
    identify();
  },
  pass(milliseconds: number): void {
    state.now += milliseconds;
  },
  arm(fault: Fault | undefined): void {
    Object.assign(state, { fault, calls: 0 });
  },
  /** The simulator looks at the files: the armed fault is not for it. */
  look(act: () => void): void {
    state.looking = true;
    try {
      act();
    } finally {
      state.looking = false;
    }
  },
  /** Nocturne starts an agent. @throws what a fault of `spawn` does. */
  spawn(program: string): void {
    if (isHit('spawn', [program])) failing('spawn', () => undefined, [program]);
  },
  /** The process dies now; every later call of a file function fails. */
  crash(): never {
    state.crashed = true;
    throw new Crash();
  },
  get crashed(): boolean {
    return state.crashed;
  },
  /** Whether the armed fault has not been hit. */
  get waiting(): boolean {
    return state.fault !== undefined;
  },
  /**
   * A new process, with another identity and no descriptors. @param forget drops what the former
   * process has in memory.
   */
  restart(forget: () => void): void {
    Object.assign(state, { crashed: false, fault: undefined, pid: state.pid + 1 });
    forget();
    for (const descriptor of state.open.keys()) real.closeSync(descriptor);
    state.open.clear();
    identify();
  },
};

/** Replaces time, randomness, process identity and file functions. */
export function installMachine(): void {
  Math.random = () => state.random.next();
  performance.now = () => state.now;
  Atomics.wait = (...[, , , timeout]: readonly unknown[]) => {
    state.now += Number(timeout ?? 0);
    return 'timed-out' as const;
  };
  crypto.randomBytes = ((count: number) => state.random.bytes(count)) as typeof crypto.randomBytes;
  crypto.randomUUID = () => {
    const hex = state.random.bytes(16).toString('hex');
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`;
  };
  os.hostname = () => 'simulated';
  syncBuiltinESMExports();
  globalThis.Date = simulatedDate();
  identify();
  replaceFiles(simulatedFiles());
}

function simulatedDate(): DateConstructor {
  return new Proxy(REAL_DATE, {
    construct: (target, words: readonly unknown[]) =>
      Reflect.construct(target, words.length === 0 ? [state.now] : words) as Date,
    get: (target, name) =>
      name === 'now' ? () => state.now : (Reflect.get(target, name) as unknown),
  });
}

function identify(): void {
  Object.defineProperty(process, 'pid', { value: state.pid, configurable: true });
}

function simulatedFiles(): Partial<Files> {
  const names = Object.keys(replaceable()) as (keyof Files)[];
  return Object.fromEntries(names.map((name) => [name, simulated(name)])) as Partial<Files>;
}

/** Every function of the seam. */
function replaceable(): Partial<Files> {
  const { accessSync, closeSync, existsSync, fchownSync, fstatSync, futimesSync } = real;
  const { lstatSync, mkdtempSync, readlinkSync, realpathSync, statSync, statfsSync } = real;
  const others = Object.keys(OPERATION_OF).map((name) => [name, real[name as keyof Files]]);
  return {
    ...(Object.fromEntries(others) as Partial<Files>),
    ...{ accessSync, closeSync, existsSync, fchownSync, fstatSync, futimesSync },
    ...{ lstatSync, mkdtempSync, readlinkSync, realpathSync, statSync, statfsSync },
  };
}

type Call = (...words: readonly unknown[]) => unknown;

function simulated(name: keyof Files): Call {
  const call = real[name] as unknown as Call;
  return (...words) => {
    if (state.crashed) throw new Crash();
    const answer = answerOfKernel(name, words[0]);
    if (answer !== undefined) return answer;
    const path = pathOf(words);
    const isOurs = path.startsWith(state.folder);
    const operation = operationOf(name, words);
    const isChange = isOurs && operation !== undefined && operation !== 'read';
    if (isChange) state.now += 1;
    const result = isOurs && isHit(operation, words) ? failing(name, call, words) : call(...words);
    if (name === 'openSync') state.open.set(Number(result), path);
    if (name === 'closeSync') state.open.delete(Number(words[0]));
    if (isChange) for (const changed of pathsOf(words)) timeFile(real.lstatSync(changed, IF_THERE));
    if (isOurs && result instanceof real.Stats) timeFile(result);
    return result;
  };
}

const IF_THERE = { throwIfNoEntry: false } as const;

/**
 * Files have the time at which the simulated machine first saw this state of them: by real time,
 * caches would decide differently in each play.
 */
function timeFile(stats: Stats | undefined): void {
  if (stats === undefined) return;
  const key = `${stats.ino} ${stats.size} ${stats.ctimeMs} ${stats.mtimeMs}`;
  const time = state.times.get(key) ?? state.now;
  state.times.set(key, time);
  Object.assign(stats, { mtimeMs: time, ctimeMs: time });
}

function isHit(operation: Operation | undefined, words: readonly unknown[]): boolean {
  const { fault, looking } = state;
  if (looking || fault === undefined || fault.operation !== operation) return false;
  if (fault.on !== undefined && !pathsOf(words).some((path) => path.includes(fault.on ?? '')))
    return false;
  state.calls += 1;
  return state.calls === fault.nth;
}

function operationOf(
  name: keyof Files,
  [, flags = 'r']: readonly unknown[],
): Operation | undefined {
  const writing = real.constants.O_WRONLY | real.constants.O_RDWR | real.constants.O_CREAT;
  const isReading = typeof flags === 'number' ? (flags & writing) === 0 : flags === 'r';
  return name === 'openSync' && isReading ? 'read' : OPERATION_OF[name];
}

function failing(name: string, call: Call, words: readonly unknown[]): unknown {
  const { fault } = state;
  state.fault = undefined;
  switch (fault?.kind) {
    case 'slow':
      state.now += SLOW_MS;
      return call(...words);
    case 'crash':
      if (fault.after) call(...words);
      else if (name === 'writeSync') writeHalf(words);
      return machine.crash();
    case 'ENOSPC':
    case 'EIO':
    case 'EACCES':
      throw systemError(fault.kind, name.replace('Sync', ''), pathOf(words));
    case undefined:
      return call(...words);
  }
}

function writeHalf([descriptor, content]: readonly unknown[]): void {
  if (typeof descriptor === 'number' && content instanceof Uint8Array)
    real.writeSync(descriptor, content.subarray(0, content.length >> 1));
}

function pathOf([first]: readonly unknown[]): string {
  const path = typeof first === 'number' ? (state.open.get(first) ?? '') : String(first);
  const [, descriptor, rest] = /^\/proc\/self\/fd\/(\d+)(.*)$/s.exec(path) ?? [];
  return descriptor === undefined ? path : `${state.open.get(Number(descriptor)) ?? ''}${rest}`;
}

/** A rename has two. */
function pathsOf(words: readonly unknown[]): readonly string[] {
  const [, second] = words;
  const other = typeof second === 'string' && second.startsWith('/') ? [pathOf([second])] : [];
  return [pathOf(words), ...other];
}

/** What the kernel says of processes: only the simulated one runs. */
function answerOfKernel(name: keyof Files, path: unknown): unknown {
  if (name === 'readdirSync' && path === '/proc') return [String(state.pid)];
  if (name !== 'readFileSync' || typeof path !== 'string' || !path.startsWith('/proc/'))
    return undefined;
  if (path === '/proc/sys/kernel/random/boot_id') return BOOT;
  const [, pid, file] = /^\/proc\/(\d+)\/(\w+)$/.exec(path) ?? [];
  if (pid === undefined) return undefined;
  if (pid !== String(state.pid))
    throw Object.assign(new Error(`ENOENT: ${path}`), { code: 'ENOENT' });
  return file === 'stat' ? `${pid} (node) S ${'1 '.repeat(18)}${pid} 0` : '';
}
