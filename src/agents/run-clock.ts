/** The time of a chat run: how long it may still take, and whether a tool call takes too long. */
import type { Wait } from './retry.js';
import { liveness, timeLeft, type Signs } from './liveness.js';
import { spokenDuration } from './spoken-duration.js';
import type { ReachedLimit } from './reached-limit.js';
import type { FailureCode, RunInput } from './types.js';

export type Failed = {
  readonly failure: FailureCode;
  readonly detail: string;
  readonly limit?: ReachedLimit;
  readonly circled?: true;
  /** No request can have arrived, so nothing was used. */
  readonly isUnsent?: true;
};

export type RunClock = {
  /** Something was heard, or the run itself decided to wait. */
  beat(): void;
  /** Until the run has to end, if it stays alive. */
  total(): number;
  /** Until it counts as stuck or has to end, if nothing more is heard. */
  left(): number;
  failure(): Failed | undefined;
  /** Waits as long as the tool call, and the run, may take. */
  during<T>(
    tool: string,
    toolMs: number,
    call: Promise<T>,
  ): Promise<
    { readonly kind: 'done'; readonly result: T } | ({ readonly kind: 'failed' } & Failed)
  >;
};

const CANCELLED: Failed = { failure: 'cancelled', detail: 'The run was cancelled.' };

/** @param now milliseconds of any steady clock. */
export function runClock(
  { brief, signal }: Pick<RunInput, 'brief' | 'signal'>,
  { now, wait }: { readonly now: () => number; readonly wait: Wait },
): RunClock {
  const startedAt = now();
  let lastBeatAt = startedAt;
  const budgetMs = brief.budget.maxMinutes * 60_000;
  const signs = (more: Partial<Signs> = {}): Signs => ({
    now: now(),
    startedAt,
    lastBeatAt,
    budgetMs,
    idleMs: brief.budget.idleSeconds * 1000,
    ...more,
  });
  const check = (seen: Signs): Failed | undefined => (signal.aborted ? CANCELLED : failureOf(seen));
  return {
    beat: () => {
      lastBeatAt = now();
    },
    total: () => timeLeft({ now: now(), startedAt, lastBeatAt, budgetMs }),
    left: () => timeLeft(signs()),
    failure: () => check(signs()),
    async during(tool, toolMs, call) {
      lastBeatAt = now();
      const claim = { tool, since: lastBeatAt, declaredMs: toolMs };
      const over = new AbortController();
      const late = wait(
        Math.ceil(timeLeft(signs({ claim }))) + 1,
        AbortSignal.any([signal, over.signal]),
      ).then(
        () => 'late' as const,
        () => 'late' as const,
      );
      try {
        const done = await Promise.race([
          call.then((result) => ({ kind: 'done' as const, result })),
          late,
        ]);
        if (done === 'late')
          return {
            kind: 'failed',
            ...(check(signs({ claim })) ?? {
              failure: 'stuck',
              detail: `\`${tool}\` did not come back in time.`,
            }),
          };
        lastBeatAt = now();
        return done;
      } finally {
        over.abort();
      }
    },
  };
}

function failureOf(signs: Signs): Failed | undefined {
  const state = liveness(signs);
  if (state === 'ok') return undefined;
  const limit = spokenDuration(state.limitMs);
  if (state.kill === 'ceiling')
    return { failure: 'timed-out', detail: `The run took more than the ${limit} it was given.` };
  const detail =
    state.kill === 'claim'
      ? `\`${signs.claim?.tool ?? 'a tool'}\` did not come back within ${limit}.`
      : `The endpoint gave no answer for ${limit}.`;
  return { failure: 'stuck', detail };
}
