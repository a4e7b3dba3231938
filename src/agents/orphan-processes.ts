/** Finds and ends all processes of a run: its group, and those that left it but carry its mark. */
import {
  hasProcessTable,
  liveProcess,
  liveProcesses,
  startEnvironment,
  type LiveProcess,
} from './process-table.js';

/** What every process of a run has in its environment. */
export type RunMark = { readonly runId: string; readonly workspace: string };

/** `group`: its process group. `sandbox`: the first process inside its sandbox. */
export type RunProcesses = {
  readonly mark: RunMark;
  readonly group?: number;
  readonly sandbox?: LiveProcess;
};

/** Without this process and its ancestors. Without `/proc`, nothing is found. */
export function findProcesses({ mark, group, sandbox }: RunProcesses): readonly number[] {
  const wanted = [`NOCTURNE_RUN=${mark.runId}`, `NOCTURNE_WORKSPACE=${mark.workspace}`];
  const ours = ancestry(process.pid);
  const carries = (pid: number): boolean => {
    const environment = startEnvironment(pid);
    return wanted.every((entry) => environment.includes(entry));
  };
  return liveProcesses(
    (candidate) =>
      !ours.has(candidate.pid) &&
      (candidate.group === group || isSame(candidate, sandbox) || carries(candidate.pid)),
  ).map(({ pid }) => pid);
}

/** Finds a process that cleaned its environment, while its parent lives. */
export function findDescendants(root: number): readonly LiveProcess[] {
  const live = liveProcesses();
  const found = new Map<number, LiveProcess>();
  for (let parents = new Set([root]); parents.size > 0; ) {
    const next = live.filter(
      (candidate) =>
        parents.has(candidate.parent) && candidate.pid !== root && !found.has(candidate.pid),
    );
    for (const candidate of next) found.set(candidate.pid, candidate);
    parents = new Set(next.map(({ pid }) => pid));
  }
  return [...found.values()];
}

/** Waits at most `withinMs`. @returns whether none of its processes is left. */
export async function waitUntilGone(run: RunProcesses, withinMs: number): Promise<boolean> {
  const deadline = performance.now() + withinMs;
  for (let pauseMs = 1; isThere(run); pauseMs = Math.min(pauseMs * 2, 50)) {
    const left = deadline - performance.now();
    if (left <= 0) return false;
    await pause(Math.min(pauseMs, left));
  }
  return true;
}

export type KillOptions = {
  /** See {@link findDescendants}. */
  readonly alsoKill?: readonly LiveProcess[];
  readonly withinMs?: number;
};

/**
 * SIGKILLs every process of a run until none is left.
 * @returns how many (without the group's leader), and the ids still there at the deadline.
 */
export async function killProcesses(
  run: RunProcesses,
  { alsoKill = [], withinMs = 5000 }: KillOptions = {},
): Promise<{ readonly killed: number; readonly left: readonly number[] }> {
  const killed = new Set<number>();
  const deadline = performance.now() + withinMs;
  for (let pauseMs = 1; ; pauseMs = Math.min(pauseMs * 2, 50)) {
    const pids = alsoKill.filter(isAlive).map(({ pid }) => pid);
    const alive = new Set([...findProcesses(run), ...pids]);
    if (run.group !== undefined && (alive.size > 0 || !hasProcessTable))
      signalGroup(run.group, 'SIGKILL');
    for (const pid of alive) {
      if (pid !== run.group) killed.add(pid);
      sendSignal(pid, 'SIGKILL');
    }
    if (alive.size === 0 || performance.now() > deadline)
      return { killed: killed.size, left: [...alive] };
    await pause(pauseMs);
  }
}

/** @returns false if the group no longer exists. */
export function signalGroup(group: number, signal: NodeJS.Signals | 0): boolean {
  return sendSignal(-group, signal);
}

/** Without `/proc` only the group can be asked, which counts zombies too. */
function isThere(run: RunProcesses): boolean {
  if (hasProcessTable) return findProcesses(run).length > 0;
  return run.group !== undefined && signalGroup(run.group, 0);
}

/** The id may belong to another process by now. */
function isSame(
  candidate: LiveProcess | undefined,
  other: Pick<LiveProcess, 'pid' | 'born'> | undefined,
): boolean {
  return (
    candidate !== undefined &&
    other !== undefined &&
    candidate.pid === other.pid &&
    candidate.born === other.born
  );
}

function isAlive(process: LiveProcess): boolean {
  return isSame(liveProcess(process.pid), process);
}

function sendSignal(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}

function ancestry(from: number): ReadonlySet<number> {
  const line = new Set<number>();
  for (
    let pid: number | undefined = from;
    pid !== undefined && !line.has(pid);
    pid = liveProcess(pid)?.parent
  )
    line.add(pid);
  return line;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** How long the helpers of a finished program may take to follow it (a `tee` that still writes). */
const FLUSH_MS = 250;

/**
 * With a grace: SIGTERM first, then time to tidy up. Without: the program ended by itself. Then
 * SIGKILL. In a sandbox the program has its own group, and the leader of the run's group ends
 * everything inside.
 */
export async function endProcesses(
  run: RunProcesses & { readonly group: number },
  graceMs: number | undefined,
): ReturnType<typeof killProcesses> {
  const alsoKill = findDescendants(run.group);
  if (graceMs !== undefined)
    for (const group of groupsToTell(run, alsoKill)) signalGroup(group, 'SIGTERM');
  const isGone = await waitUntilGone(run, graceMs ?? FLUSH_MS);
  // With the first process of a sandbox the system ends all others in it. To look at every process
  // of the machine once more would be most of the time of a short program.
  if (isGone && run.sandbox !== undefined && !alsoKill.some(isAlive))
    return { killed: 0, left: [] };
  if (run.sandbox !== undefined) {
    signalGroup(run.group, 'SIGKILL');
    await waitUntilGone(run, FLUSH_MS);
  }
  return killProcesses(run, { alsoKill });
}

function groupsToTell(
  run: RunProcesses & { readonly group: number },
  descendants: readonly LiveProcess[],
): ReadonlySet<number> {
  return run.sandbox === undefined
    ? new Set([run.group])
    : new Set(descendants.map(({ group }) => group).filter((group) => group !== run.group));
}
