/** The rows of the record of a loop: everything that was tried and measured, in this order. */

/** The kept state so far (`best`, at first the workspace), or the attempt that is compared. */
export type Side = 'best' | 'attempt';

/**
 * `start`: of the workspace, before the first attempt. `look`: does an attempt look better?
 * `test`: is it?
 */
export type Phase = 'start' | 'look' | 'test';

export type StopReason = 'attempts' | 'plateau' | 'budget' | 'metric';

export type LoopRow = { readonly time: string } & (
  | {
      readonly kind: 'begun';
      /** Hash of the metric's definition. */
      readonly metric: string;
      /** Hash of the files that measure. */
      readonly files: string;
    }
  | {
      readonly kind: 'attempted';
      readonly attempt: number;
      readonly runId: string;
      /** What the agent says that it tried. */
      readonly tried: string;
      readonly bytes: number;
      readonly minutes: number;
      readonly tokens?: number;
      readonly cost?: number;
      /** Why it does not count, in one sentence. */
      readonly void?: string;
    }
  | {
      readonly kind: 'measured';
      readonly phase: Phase;
      readonly side: Side;
      readonly value: number;
    }
  | {
      readonly kind: 'kept' | 'discarded' | 'voided';
      readonly attempt: number;
      readonly why: string;
    }
  | { readonly kind: 'stopped'; readonly reason: StopReason; readonly why: string }
  /** A pass has put the best attempt into its copy, to be judged. */
  | { readonly kind: 'adopted'; readonly runId: string }
);
