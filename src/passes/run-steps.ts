/**
 * Steps in their order: each gets what the ones before know and one snapshot, and what it returns
 * is committed once. A halt or a thrown error ends them, and the closing step always runs.
 */
import { withoutSecrets } from '../governance/guard/secrets.js';
import { EXIT, NocturneError, messageOf } from '../kernel/error.js';
import { viewAfter } from '../workspace/draft-view.js';
import type { Snapshot } from '../workspace/types.js';
import { type Act, commitActs, commitTogether, partsOf } from './act.js';
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

export type PassAtStep<In> = { readonly env: PassEnvironment; readonly start: In };
/** `lost`: another pass has recovered this one, so that it can write nothing any more. */
export type TogetherEnded<Out> = Finished<Out> | { readonly kind: 'lost'; readonly error: unknown };

/**
 * The same steps for several passes, each on the workspace as the ones before leave it. What all of
 * them do is one commit, under the fence of the first; if it fails, each has a commit of its own.
 */
export async function runTogether<In extends Stage, Out extends Stage>(
  sequence: Sequence<In, Out>,
  passes: readonly PassAtStep<In>[],
): Promise<readonly TogetherEnded<Out>[]> {
  const [first] = passes;
  if (first === undefined) return [];
  for (let attempt = 1; ; attempt++) {
    const view = lazyView(first.env);
    const all: (Taken | { readonly error: unknown })[] = [];
    for (const { env, start } of passes)
      all.push(await takeWhole(sequence.steps, { env, start }, view).catch(lostError));
    try {
      commitTogether(
        first.env.workspace,
        passes.map(({ start }, i) => ({ pass: start, acts: actsOf(all[i]) })),
      );
      return all.map((taken) => endedOf<Out>(taken));
    } catch (error) {
      if (isLost(error)) return passes.map(() => ({ kind: 'lost', error }));
      if (passes.length > 1) return apart(sequence, passes);
      if (attempt < ATTEMPTS && isOvertaken(error)) continue;
      const last = sequence.steps.at(-1);
      if (last === undefined) throw error;
      return [{ kind: 'halted', halt: brokenAt(last, first.start, error) }];
    }
  }
}

async function apart<In extends Stage, Out extends Stage>(
  sequence: Sequence<In, Out>,
  passes: readonly PassAtStep<In>[],
): Promise<readonly TogetherEnded<Out>[]> {
  const ended: TogetherEnded<Out>[] = [];
  for (const pass of passes) ended.push(...(await runTogether(sequence, [pass])));
  return ended;
}

/** A pass that breaks down does nothing of it, and the next one sees nothing of it. */
async function takeWhole(
  steps: readonly AnyStep[],
  { env, start }: PassAtStep<Stage>,
  view: LazyView,
): Promise<Taken> {
  const own = lazyView(env, view.get());
  const taken = await takeSteps(steps, env, start, own);
  const { end } = taken;
  if (isHalt(end) && end.broke === true) return { end: { ...end, stage: start }, acts: [] };
  view.set(own.get());
  return taken;
}

function lostError(error: unknown): { readonly error: unknown } {
  return { error };
}

function actsOf(taken: Taken | { readonly error: unknown } | undefined): readonly Act[] {
  return taken !== undefined && 'acts' in taken ? taken.acts : [];
}

function endedOf<Out>(taken: Taken | { readonly error: unknown }): TogetherEnded<Out> {
  if ('error' in taken) return { kind: 'lost', error: taken.error };
  return isHalt(taken.end)
    ? { kind: 'halted', halt: taken.end }
    : { kind: 'through', stage: taken.end as Out };
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
      const again = group.length > 1 && attempt < ATTEMPTS && isOvertaken(error);
      if (!again) return brokenAt(last, isHalt(taken.end) ? taken.end.stage : start, error);
      env.say('     the workspace has changed: these steps run again');
    }
  }
}

type Taken = { readonly end: Stage | Halt; readonly acts: readonly Act[] };

/** @param shared the view of several passes, which each step moves. */
async function takeSteps(
  group: readonly AnyStep[],
  env: PassEnvironment,
  start: Stage,
  shared?: LazyView,
): Promise<Taken> {
  let stage = start;
  let acts: readonly Act[] = [];
  const view = shared ?? lazyView(env);
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
      const isMoved = shared !== undefined || (isWaiting(step, start) && !isHalt(end));
      if (isMoved) view.move(partsOf(start, end.acts));
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
type LazyView = {
  readonly get: () => Snapshot;
  readonly set: (view: Snapshot) => void;
  readonly move: (parts: ReturnType<typeof partsOf>) => void;
};

function lazyView(env: PassEnvironment, first?: Snapshot): LazyView {
  let view = first;
  const get = (): Snapshot => (view ??= env.workspace.snapshot());
  return {
    get,
    set: (next) => {
      view = next;
    },
    move: (parts) => {
      if (parts.length > 0) view = viewAfter(get(), parts);
    },
  };
}

function isOvertaken(error: unknown): boolean {
  return error instanceof NocturneError && OVERTAKEN.has(error.code);
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
