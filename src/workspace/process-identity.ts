/** Identifies a process, so that another one can later tell whether it still runs. */
import { readFileSync } from '../kernel/files.js';
import { hostname } from 'node:os';
import { errnoOf } from './storage-error.js';

/** `boot` and `started` (clock ticks since boot) are empty on a system without /proc. */
export type ProcessIdentity = {
  readonly pid: number;
  readonly host: string;
  readonly boot: string;
  readonly started: string;
};

let own: ProcessIdentity | undefined;

/** Every commit asks, and the answer changes only with the process. */
export function ownIdentity(): ProcessIdentity {
  if (own?.pid !== process.pid) own = identityOf(process.pid);
  return own;
}

/** Of a process on this machine. */
export function identityOf(pid: number): ProcessIdentity {
  return { pid, host: hostname(), boot: bootId(), started: statOf(pid)?.started ?? '' };
}

/** `unknown`: it ran on another machine. */
export function lifeOf(identity: ProcessIdentity): 'alive' | 'dead' | 'unknown' {
  if (isOwn(identity)) return 'alive';
  if (identity.host !== hostname()) return 'unknown';
  const boot = bootId();
  if (identity.boot !== '' && boot !== '' && identity.boot !== boot) return 'dead';
  const stat = statOf(identity.pid);
  if (stat !== undefined) {
    // A killed process stays as a zombie until its parent waits for it.
    if (stat.state === 'Z' || stat.state === 'X') return 'dead';
    return identity.started === '' || identity.started === stat.started ? 'alive' : 'dead';
  }
  if (boot !== '') return 'dead';
  try {
    process.kill(identity.pid, 0);
    return 'alive';
  } catch (error) {
    return errnoOf(error) === 'ESRCH' ? 'dead' : 'alive';
  }
}

function isOwn({ pid, host, boot, started }: ProcessIdentity): boolean {
  const me = ownIdentity();
  return pid === me.pid && host === me.host && boot === me.boot && started === me.started;
}

export function isIdentity(value: unknown): value is ProcessIdentity {
  if (typeof value !== 'object' || value === null) return false;
  const { pid, host, boot, started } = value as Record<string, unknown>;
  return (
    Number.isSafeInteger(pid) &&
    typeof host === 'string' &&
    typeof boot === 'string' &&
    typeof started === 'string'
  );
}

let boot: string | undefined;

/** Changes at every boot; empty if the system does not provide it. */
export function bootId(): string {
  boot ??= readText('/proc/sys/kernel/random/boot_id')?.trim() ?? '';
  return boot;
}

function statOf(pid: number): { readonly state: string; readonly started: string } | undefined {
  const text = readText(`/proc/${pid}/stat`);
  if (text === undefined) return undefined;
  // The second field, the program's name in parentheses, may contain blanks and parentheses.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return { state: fields[0] ?? '', started: fields[19] ?? '' };
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
