/**
 * The live processes of this machine as `/proc` tells of them; empty where there is none (macOS),
 * which callers have to say.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** `born`: clock ticks since boot, which with the id names a process for good. */
export type LiveProcess = {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  readonly born: string;
};

export const hasProcessTable = existsSync('/proc/self/stat');

/**
 * Looks at every live process, also at those that appear meanwhile, and keeps those that `wanted`
 * accepts. Because every process of the last listing was looked at after an earlier one, none can
 * slip through by forking and ending. Zombies are not alive.
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

/**
 * On a machine that starts processes faster than they can be looked at, looking has to end all the
 * same.
 */
const MOST_ROUNDS = 50;

export function liveProcess(pid: number): LiveProcess | undefined {
  const stat = readProc(pid, 'stat');
  if (stat === undefined) return undefined;
  // The name, second field, may itself hold blanks and parentheses; the state follows the last one.
  const [state, parent, group, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (state === 'Z' || state === 'X') return undefined;
  return { pid, parent: Number(parent), group: Number(group), born: rest[16] ?? '' };
}

/**
 * The entries `NAME=value` that a process was started with; none where they are another user's to
 * read.
 */
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
