/** What the manager found about one project since its last review. */
export type ProjectReview = {
  readonly slug: string;
  readonly passes: number;
  readonly grades: readonly string[];
  readonly costPerOutput: number | undefined;
  readonly verdict: 'STRONG' | 'ADEQUATE' | 'WEAK' | 'FAIL';
  readonly trend: 'up' | 'level' | 'down' | 'unknown';
  readonly direction: string;
  readonly rationale: string;
};
