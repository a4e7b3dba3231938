/** A plan, its steps, and what can happen to them: shared by the page, the log and the reducer. */

export const PLAN_STATUSES = [
  'draft',
  'approved',
  'running',
  'paused',
  'done',
  'failed',
  'aborted',
] as const;
export type PlanStatus = (typeof PLAN_STATUSES)[number];

/**
 * `waiting`: for its needs. `review`: a grader or the owner looks at the result. `asked`: a human
 * step, or a question about one. `blocked`: something it needs failed. `retry`: after a pause.
 */
export const STEP_STATES = [
  'waiting',
  'ready',
  'running',
  'review',
  'asked',
  'retry',
  'proved',
  'skipped',
  'failed',
  'blocked',
] as const;
export type StepState = (typeof STEP_STATES)[number];

export const FAILURE_POLICIES = [
  'continue_best_effort',
  'abort_on_first_fail',
  'abort_on_critical_fail',
] as const;
export type FailurePolicy = (typeof FAILURE_POLICIES)[number];

export const RUNS = ['runner', 'human', 'plan', 'command'] as const;

/** As written in a template or in the front matter of PLAN.md, read and checked. */
export type StepDefinition = {
  readonly id: string;
  readonly title: string;
  readonly objective: string;
  readonly needs: readonly string[];
  readonly run: (typeof RUNS)[number];
  /** run: runner. */
  readonly runner?: string;
  readonly tier?: string;
  readonly role?: string;
  /** run: command. */
  readonly command?: readonly string[];
  /** run: plan: the template. */
  readonly plan?: string;
  readonly vars?: Readonly<Record<string, string>>;
  /** Globs relative to the project, as `produces` and `consumes`. */
  readonly writes: readonly string[];
  readonly tools?: readonly string[];
  /** run: runner. Another node of the mesh that has all of them does it. */
  readonly tags?: readonly string[];
  readonly produces: readonly string[];
  readonly consumes: readonly string[];
  /** YAML of conditions, read by `project/condition-parse`. */
  readonly criteria: readonly unknown[];
  readonly metric?: Metric;
  readonly budget: { readonly minutes?: number; readonly tokens?: number; readonly cost?: number };
  /** After the first try. */
  readonly retries: number;
  readonly critical: boolean;
  /** A condition; the step is skipped where it is not met when it becomes ready. */
  readonly when?: unknown;
  /** `false`: the owner is asked before it runs again after a crash. */
  readonly repeatable: boolean;
  /** run: human. */
  readonly question?: string;
  readonly deadline?: string;
  readonly default?: 'yes' | 'no';
  /** The role that gets a recovery step, `human`, or `none`; without it, what its role says. */
  readonly escalate?: string;
};

/** For try, measure, keep. Paths and globs are relative to the project. */
export type Metric = {
  /** Nocturne runs it; the last line that it prints is a number. */
  readonly command: readonly string[];
  readonly direction: 'higher' | 'lower';
  /** 1 to 10: the error of the test is that of ten. */
  readonly attempts: number;
  /** Globs of the files that measure: an attempt that changes one is void. */
  readonly files: readonly string[];
  /** Decides where there is one. The agent never sees these files or what they measure. */
  readonly heldOut?: { readonly command: readonly string[]; readonly files: readonly string[] };
  /** Ends after so many attempts in a row without a gain. */
  readonly plateau?: number;
  /** Further measurements of each side when an attempt looks better, 7 to 50; 10 by default. */
  readonly repeats?: number;
  /** Of all attempts that are kept on the disk; 500 by default. */
  readonly diskMb?: number;
};

export type StepStatus = {
  readonly state: StepState;
  /** Tries begun, the first is 1. */
  readonly tries: number;
  readonly runId?: string;
  /** UTC: since when it has this state; `retry`: until when it pauses. */
  readonly since?: string;
  readonly until?: string;
  /** One sentence. */
  readonly why?: string;
  readonly consumed?: Readonly<Record<string, string>>;
  readonly produced?: Readonly<Record<string, string>>;
  /** Of a recovery step: the step it replaces. */
  readonly recovers?: string;
  /** The step whose failure or skip gave it this state; the engine takes such a state back. */
  readonly because?: string;
  /** Of `tries`, those that do not count against `retries`: lost ones, and before a retry. */
  readonly uncounted?: number;
  /** Losses in a row. */
  readonly lost?: number;
  /** The run whose kept changes the owner has accepted: the next run brings them in. */
  readonly accepted?: string;
  /** Hash of the definition that the last try worked on. */
  readonly definition?: string;
};

export type Plan = {
  /** The project: `PROJECTS/NAME/PLAN.md`. */
  readonly project: string;
  readonly title: string;
  readonly template: string;
  readonly status: PlanStatus;
  readonly policy: FailurePolicy;
  /** In the order of the page. */
  readonly definitions: readonly StepDefinition[];
  readonly steps: ReadonlyMap<string, StepStatus>;
};

/** What happened. Each is one row of the chained log. */
export type PlanEvent = { readonly time: string } & (
  | { readonly kind: 'approved' | 'paused' | 'resumed' | 'aborted' }
  | {
      readonly kind: 'edited';
      readonly definitions: readonly StepDefinition[];
      readonly policy?: FailurePolicy;
    }
  /** Time passed: pauses end, deadlines of human steps are over. */
  | { readonly kind: 'tick' }
  | {
      readonly kind: 'started';
      readonly step: string;
      readonly runId: string;
      readonly consumed: Readonly<Record<string, string>>;
    }
  | {
      readonly kind: 'proved';
      readonly step: string;
      readonly runId?: string;
      readonly produced: Readonly<Record<string, string>>;
      readonly consumed?: Readonly<Record<string, string>>;
    }
  | {
      readonly kind: 'failed';
      readonly step: string;
      readonly runId?: string;
      readonly cause: 'criteria' | 'scope' | 'rule' | 'budget' | 'agent' | 'conflict' | 'rejected';
      readonly why: string;
      /** All tries are used already. */
      readonly isFinal?: true;
      /** As `escalate` of a step: what its role says about this cause. */
      readonly escalate?: string;
    }
  /** Of a step with a metric: one more pass of its loop has ended, and the loop goes on. */
  | {
      readonly kind: 'attempted';
      readonly step: string;
      readonly runId: string;
      readonly why: string;
    }
  /** The process died: run again, or asked about. */
  | { readonly kind: 'lost'; readonly step: string; readonly runId: string }
  | { readonly kind: 'review'; readonly step: string; readonly by: 'grader' | 'owner' }
  | { readonly kind: 'answered'; readonly step: string; readonly answer: 'yes' | 'no' }
  | { readonly kind: 'skipped'; readonly step: string; readonly why: string }
  /** `why`: without one, the owner wants it. */
  | { readonly kind: 'retried'; readonly step: string; readonly why?: string }
);

/** What the caller has to do because of an event. */
export type PlanEffect =
  | { readonly kind: 'ask'; readonly step: string; readonly question: string }
  | { readonly kind: 'close-question'; readonly step: string }
  | { readonly kind: 'cancel'; readonly step: string; readonly runId: string };

export type Reduced = {
  readonly plan: Plan;
  readonly effects: readonly PlanEffect[];
  /** One sentence: why the event changed nothing. */
  readonly refused?: string;
};
