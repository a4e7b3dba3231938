/**
 * Detects that a process runs inside a pass: by its environment or, if an agent cleaned that, by
 * its parents'.
 */
import { liveProcess, startEnvironment } from './process-table.js';

export const PASS_TOKEN = 'NOCTURNE_PASS_TOKEN';
export const PASS_RUN = 'NOCTURNE_RUN';
const MARKS = [PASS_TOKEN, PASS_RUN];
/** Longer chains do not occur. */
const MOST_PARENTS = 64;

/** A sentence about what was seen; `undefined` outside every pass. */
export function insidePass(env: Readonly<Record<string, string | undefined>>): string | undefined {
  const mark = MARKS.find((name) => env[name] !== undefined);
  if (mark !== undefined) return `$${mark} is set, so this runs inside a pass`;
  let pid = process.ppid;
  for (let i = 0; i < MOST_PARENTS && pid > 1; i++) {
    if (startEnvironment(pid).some((entry) => MARKS.some((name) => entry.startsWith(`${name}=`))))
      return `process ${pid}, from which this was started, belongs to a pass`;
    pid = liveProcess(pid)?.parent ?? 0;
  }
  return undefined;
}
