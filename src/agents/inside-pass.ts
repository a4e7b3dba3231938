/**
 * By what a process is known to run inside a pass: by its own environment, or, where an agent
 * cleaned that, by its parents'.
 */
import { liveProcess, startEnvironment } from './process-table.js';

export const PASS_TOKEN = 'NOCTURNE_PASS_TOKEN';
export const PASS_RUN = 'NOCTURNE_RUN';
const MARKS = [PASS_TOKEN, PASS_RUN];
/** Parents looked at; longer chains do not occur. */
const MOST_PARENTS = 64;

/** What was seen, in a sentence; `undefined` outside of every pass. */
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
