/** The end of a run: every process of it is told, then killed. */
import type { LiveProcess } from './process-table.js';
import {
  findDescendants,
  killProcesses,
  signalGroup,
  waitUntilGone,
  type RunProcesses,
} from './orphan-processes.js';

/**
 * After the program has ended by itself, how long its own helpers may take to follow it (a `tee`
 * that still writes).
 */
const FLUSH_MS = 250;

/**
 * Ends what is left of a run. With a grace: SIGTERM to the group first, and time to tidy up;
 * without: the program ended by itself, and its
 * helpers get a moment to follow it. Then SIGKILL for all. In a sandbox the program has a group of
 * its own: what leads the run's group only
 * waits for it, and takes everything inside down with it.
 */
export async function endProcesses(
  run: RunProcesses & { readonly group: number },
  graceMs: number | undefined,
): ReturnType<typeof killProcesses> {
  const alsoKill = findDescendants(run.group);
  if (graceMs !== undefined)
    for (const group of groupsToTell(run, alsoKill)) signalGroup(group, 'SIGTERM');
  await waitUntilGone(run, graceMs ?? FLUSH_MS);
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
