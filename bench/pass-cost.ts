/** What one worker pass of the demonstration cost, as its process reports it. */

export type PassCost = {
  readonly ms: number;
  readonly outcome: string;
  /** Calls by the name of the function. */
  readonly counts: Readonly<Record<string, number>>;
  /** The audit trail, each row as `step type target result`. */
  readonly rows: readonly string[];
};
