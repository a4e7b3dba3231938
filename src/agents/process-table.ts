/** The live processes of this machine, from `/proc`; empty without it (macOS). */
import { existsSync, readdirSync, readFileSync } from '../kernel/files.js';

/** `born`: clock ticks since boot; with the id it identifies a process for good. */
export type LiveProcess = {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  readonly born: string;
};

export const hasProcessTable = existsSync('/proc/self/stat');

/**
 * Repeats until a listing has no new process, so that none slips through by forking and ending.
 * Zombies do not count.
 */
export function liveProcesses(
  wanted: (candidate: LiveProcess) => boolean = () => true,
): readonly LiveProcess[] {
  if (!hasProcessTable) return [];
  const found: LiveProcess[] = [];
  const seen = new Set<number>();
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const fresh = readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
      .filter((pid) => !seen.has(pid));
    if (fresh.length === 0) break;
    for (const pid of fresh) {
      seen.add(pid);
      const candidate = liveProcess(pid);
      if (candidate !== undefined && wanted(candidate)) found.push(candidate);
    }
  }
  return found;
}

/** A limit for machines that start processes faster than this looks. */
const MOST_ROUNDS = 50;

export function liveProcess(pid: number): LiveProcess | undefined {
  const stat = readProc(pid, 'stat');
  if (stat === undefined) return undefined;
  // The name may contain blanks and parentheses; the state follows the last one.
  const [state, parent, group, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (state === 'Z' || state === 'X') return undefined;
  return { pid, parent: Number(parent), group: Number(group), born: rest[16] ?? '' };
}

/** Empty if they are another user's. */
export function startEnvironment(pid: number): readonly string[] {
  return readProc(pid, 'environ')?.split('\0') ?? [];
}

function readProc(pid: number, file: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return undefined;
  }
}
