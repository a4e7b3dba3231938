/** Faults of the file system: which call they hit, and what it does then. */
import type { Files } from '../src/kernel/files.js';

export const FILE_OPERATIONS = ['write', 'rename', 'fsync', 'open', 'unlink', 'read'] as const;
/** `spawn`: the start of an agent. */
export type Operation = (typeof FILE_OPERATIONS)[number] | 'spawn';
export const FAULT_KINDS = ['crash', 'ENOSPC', 'EIO', 'EACCES', 'slow'] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

/**
 * `nth`: which call of the operation is hit, counted from 1. `on`: only calls with this in a path
 * count. `after`: a crash comes when the call is done, otherwise before it; a crash in the middle
 * of a write leaves half of the bytes.
 */
export type Fault = {
  readonly kind: FaultKind;
  readonly operation: Operation;
  readonly nth: number;
  readonly on?: string;
  readonly after: boolean;
};

/** The operation that a file function is, as far as a fault is concerned. */
export const OPERATION_OF: Readonly<Partial<Record<keyof Files, Operation>>> = {
  appendFileSync: 'write',
  chmodSync: 'write',
  copyFileSync: 'write',
  cpSync: 'write',
  fchmodSync: 'write',
  ftruncateSync: 'write',
  linkSync: 'rename',
  mkdirSync: 'open',
  openSync: 'open',
  readFileSync: 'read',
  readSync: 'read',
  readdirSync: 'read',
  renameSync: 'rename',
  fsyncSync: 'fsync',
  rmSync: 'unlink',
  rmdirSync: 'unlink',
  symlinkSync: 'rename',
  truncateSync: 'write',
  unlinkSync: 'unlink',
  writeFileSync: 'write',
  writeSync: 'write',
};

/** The process has died at this call. Nothing that it does afterwards has an effect. */
export class Crash extends Error {
  constructor() {
    super('the simulated process died');
  }
}

const ERRNO = { ENOSPC: -28, EIO: -5, EACCES: -13 } as const;

/** An error as the system reports it. */
export function systemError(code: keyof typeof ERRNO, call: string, path: string): Error {
  return Object.assign(new Error(`${code}: simulated, ${call} '${path}'`), {
    code,
    errno: ERRNO[code],
    syscall: call,
    path,
  });
}
