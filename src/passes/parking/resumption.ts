/** Decides how a pass goes on with what an earlier pass of its project did not finish. */
import type { KeptWork, Carried, KeptFor } from './kept-work.js';

/** `talk`, `session`: exactly where it stopped. `again`: from the start, and `why`. */
export type Resumption = {
  readonly kind: 'talk' | 'session' | 'again';
  readonly runId: string;
  readonly why: string;
  readonly carried?: Carried;
  readonly session?: string;
  /** The whole prompt, should the session be gone. */
  readonly otherwise?: string;
};

/** As long as a question about an approval waits. */
export const KEPT_MS = 72 * 3_600_000;
/** A conversation with which no pass gets to an answer may be why. */
const MOST_CRASHES = 3;

export function resumptionOf(
  kept: KeptWork,
  now: { readonly for: KeptFor; readonly at: Date; readonly inSandbox: boolean },
): Resumption | undefined {
  if (kept.kind === 'none') return undefined;
  if (kept.kind === 'damaged')
    return { kind: 'again', runId: '', why: 'what was kept of it is damaged' };
  const { last, parked } = kept;
  const about = {
    runId: last.runId,
    ...(parked === undefined ? {} : { carried: parked.work }),
  };
  const why = whyNot(kept, now);
  if (why !== undefined) return { kind: 'again', why, ...about };
  if (now.for.kind === 'chat') return { kind: 'talk', why: '', ...about };
  const session = parked?.session;
  if (session !== undefined && !now.inSandbox)
    return { kind: 'session', session, why: '', ...about };
  if (parked === undefined) return undefined;
  return { kind: 'again', why: `a runner of kind ${now.for.kind} cannot go on`, ...about };
}

const SAME: Readonly<Record<keyof KeptFor, string>> = {
  phase: 'the phase',
  objective: 'the objective',
  runner: 'the runner',
  kind: 'the kind of the runner',
  model: 'the model',
  place: 'where the runner is',
};

function whyNot(
  { first, last, crashes }: Extract<KeptWork, { kind: 'kept' }>,
  now: { readonly for: KeptFor; readonly at: Date },
): string | undefined {
  const names = Object.keys(SAME) as (keyof KeptFor)[];
  const other = names.find((name) => first.for[name] !== now.for[name]);
  if (other !== undefined) return `${SAME[other]} has changed`;
  if (now.at.getTime() - Date.parse(last.at) > KEPT_MS) return 'it is too long ago';
  return crashes > MOST_CRASHES ? 'the passes that went on with it crashed' : undefined;
}
