/**
 * Steps in their order: each gets what the ones before know and one snapshot, and what it returns
 * is committed once. A halt or a thrown error ends them, and the closing step always runs.
 */
import { withoutSecrets } from '../governance/guard/secrets.js';
import { EXIT, NocturneError, messageOf } from '../kernel/error.js';
import { viewAfter } from '../workspace/draft-view.js';
import type { Snapshot } from '../workspace/types.js';
import { type Act, commitActs, partsOf } from './act.js';
import { type Halt, isHalt, type PassEnvironment, type Stage, type Step } from './types.js';

/** Steps of which each takes what the one before it returns. */
export type Sequence<In, Out> = {
  // Which stages lie in between is checked where a step is added.
  readonly steps: readonly AnyStep[];
  next<Next extends Stage>(step: Step<Out, Next>): Sequence<In, Next>;
};

type AnyStep = Step<never, Stage>;

export function firstStep<In extends Stage, Out extends Stage>(
  step: Step<In, Out>,
): Sequence<In, Out> {
  return sequence([step as AnyStep]);
}

function sequence<In, Out>(steps: readonly AnyStep[]): Sequence<In, Out> {
  return { steps, next: (step) => sequence([...steps, step as AnyStep]) };
}

export type Finished<Out> = { readonly kind: 'through'; readonly stage: Out } | Ended;
export type Ended = { readonly kind: 'halted'; readonly halt: Halt };

/** How often a group of waiting steps runs if the workspace changes before its commit. */
const ATTEMPTS = 3;
/** Codes of a commit whose acts no longer fit the workspace. */
const OVERTAKEN: ReadonlySet<string> = new Set([
  'REFUSED',
  'NOT_FOUND',
  'EXISTS',
  'BAD_VALUE',
  'CONFLICT',
]);

/**
 * Runs the steps; a thrown error becomes a halt with its message, so that T9 can close the pass.
 * LEASE_LOST and ROOT_MOVED are not caught: this pass can no longer write anything.
 */
export async function runSteps<In extends Stage, Out extends Stage>(
  { steps }: Sequence<In, Out>,
  env: PassEnvironment,
  start: In,
): Promise<Finished<Out>> {
  let stage: Stage = start;
  for (const group of groupsOf(steps, start)) {
    const ended = await runGroup(group, env, stage);
    if (isHalt(ended)) return { kind: 'halted', halt: ended };
    stage = ended;
  }
  return { kind: 'through', stage: stage as Out };
}

/** Steps whose acts are committed together: waiting ones, and the one that they wait for. */
function groupsOf(steps: readonly AnyStep[], start: Stage): readonly (readonly AnyStep[])[] {
  const groups: AnyStep[][] = [];
  let open: AnyStep[] = [];
  for (const step of steps) {
    open.push(step);
    if (isWaiting(step, start)) continue;
    groups.push(open);
    open = [];
  }
  return open.length === 0 ? groups : [...groups, open];
}

function isWaiting({ waits }: AnyStep, start: Stage): boolean {
  return typeof waits === 'function' ? waits(start) : waits === true;
}

async function runGroup(
  group: readonly AnyStep[],
  env: PassEnvironment,
  start: Stage,
): Promise<Stage | Halt> {
  for (let attempt = 1; ; attempt++) {
    const taken = await takeSteps(group, env, start);
    try {
      commitActs(env.workspace, start, taken.acts);
      return taken.end;
    } catch (error) {
      const last = group.at(-1);
      if (last === undefined || isLost(error)) throw error;
      const again =
        group.length > 1 &&
        attempt < ATTEMPTS &&
        error instanceof NocturneError &&
        OVERTAKEN.has(error.code);
      if (!again) return brokenAt(last, isHalt(taken.end) ? taken.end.stage : start, error);
      env.say('     the workspace has changed: these steps run again');
    }
  }
}

type Taken = { readonly end: Stage | Halt; readonly acts: readonly Act[] };

async function takeSteps(
  group: readonly AnyStep[],
  env: PassEnvironment,
  start: Stage,
): Promise<Taken> {
  let stage = start;
  let acts: readonly Act[] = [];
  const view = lazyView(env);
  for (const step of group) {
    env.say(`${step.id.padEnd(4)} ${step.title}`);
    try {
      const context = {
        env,
        get snapshot(): Snapshot {
          return view.get();
        },
      };
      const end = await step.run(stage as never, context);
      if (isWaiting(step, start) && !isHalt(end)) view.move(partsOf(start, end.acts));
      acts = [...acts, ...end.acts];
      if (isHalt(end)) return { end, acts };
      stage = end.stage;
    } catch (error) {
      if (isLost(error)) throw error;
      return { end: brokenAt(step, stage, error), acts };
    }
  }
  return { end: stage, acts };
}

/** One snapshot for all steps of a group, opened when it is first asked for. */
function lazyView(env: PassEnvironment): {
  get: () => Snapshot;
  move: (parts: ReturnType<typeof partsOf>) => void;
} {
  let view: Snapshot | undefined;
  const get = (): Snapshot => (view ??= env.workspace.snapshot());
  return {
    get,
    move: (parts) => {
      if (parts.length > 0) view = viewAfter(get(), parts);
    },
  };
}

function isLost(error: unknown): boolean {
  return (
    error instanceof NocturneError && (error.code === 'LEASE_LOST' || error.code === 'ROOT_MOVED')
  );
}

function brokenAt(step: Pick<AnyStep, 'id'>, stage: Stage, error: unknown): Halt {
  const message = withoutSecrets(messageOf(error));
  const exit = error instanceof NocturneError ? error.exit : EXIT.internal;
  return {
    halt: true,
    outcome: `failed at ${step.id}: ${message}`,
    exit,
    stage,
    acts: [],
    broke: true,
  };
}
