/**
 * A plan with a driver, an owner and a clock, who do what numbers decide. After each event it is
 * compared with what must hold; nothing here is computed by the engine.
 */
import { reduce } from '../../../../src/modules/plans/engine/reduce.js';
import { readySteps } from '../../../../src/modules/plans/engine/ready-steps.js';
import type { Plan, PlanEvent, StepDefinition } from '../../../../src/modules/plans/types.js';
import { draft, type Happening, START } from '../../../support/plan-of.js';
import { faultsOf } from './faults-of.js';

const OVER = new Set(['done', 'failed', 'aborted']);

export class World {
  plan: Plan;
  /** Runs that an agent works on, by step. */
  readonly live = new Map<string, string>();
  /** Steps about which the owner is asked. */
  readonly questions = new Set<string>();
  ownerAborted = false;
  #milliseconds = Date.parse(START);
  #run = 0;
  #content = 0;

  constructor(definitions: readonly StepDefinition[], policy: Plan['policy']) {
    this.plan = draft(definitions, policy);
  }

  get isOver(): boolean {
    return OVER.has(this.plan.status);
  }

  get now(): string {
    return `${new Date(this.#milliseconds).toISOString().slice(0, 19)}Z`;
  }

  /** Something that a driver or an owner does. */
  act(choice: number): void {
    const kind = choice % 100;
    const rest = Math.floor(choice / 100);
    if (kind < 80) this.drive(choice);
    else if (kind < 88) this.#meddle(rest);
    else this.#editAtRandom(rest);
  }

  /** What a driver does that keeps going: it starts, settles and asks until nothing is left. */
  drive(choice: number): void {
    const { plan } = this;
    const rest = Math.floor(choice / 100);
    if (plan.status === 'draft') this.happens({ kind: 'approved' });
    else if (plan.status === 'paused') this.happens({ kind: 'resumed' });
    const ready = readySteps(this.plan, this.now);
    const asked = [...this.plan.steps].filter(([, { state }]) => state === 'asked');
    const open = [...this.plan.steps].filter(([, { state }]) => state === 'review');
    const turn = choice % 3;
    const start = pick(ready, rest);
    const run = pick([...this.live], rest);
    if (start !== undefined && (turn === 0 || run === undefined)) this.start(start);
    else if (run !== undefined && turn < 2) this.#settle(run[0], run[1], rest);
    else if (asked.length > 0 && rest % 4 > 0) {
      const answer = rest % 5 === 0 ? 'no' : 'yes';
      this.happens({ kind: 'answered', step: pick(asked, rest)?.[0] ?? '', answer });
    } else if (open.length > 0) this.#decide(pick(open, rest)?.[0] ?? '', rest);
    else {
      this.#milliseconds += (rest % 90) * 60_000;
      this.happens({ kind: 'tick' });
    }
  }

  start(step: string): void {
    const runId = `R${this.#run++}`;
    const before = this.plan;
    if (!this.happens({ kind: 'started', step, runId, consumed: this.#consumedBy(step) })) return;
    this.live.set(step, runId);
    this.#check(startFaults(before, step));
  }

  happens(happening: Happening): boolean {
    const before = this.plan;
    const event = { ...happening, time: this.now } as PlanEvent;
    const text = JSON.stringify([...before.steps]);
    const { plan, effects, refused } = reduce(before, event);
    if (JSON.stringify([...before.steps]) !== text) throw new Error('the old plan was changed');
    if (refused !== undefined && plan !== before)
      throw new Error(`refused, but changed: ${refused}`);
    this.plan = plan;
    if (event.kind === 'aborted') this.ownerAborted = true;
    else if (plan.status !== 'aborted') this.ownerAborted = false;
    for (const effect of effects) {
      if (effect.kind === 'ask') this.questions.add(effect.step);
      else if (effect.kind === 'close-question') this.questions.delete(effect.step);
      else if (effect.kind === 'cancel') {
        if (this.live.get(effect.step) !== effect.runId)
          throw new Error(`${effect.step}: ${effect.runId} does not run, but is cancelled`);
        this.live.delete(effect.step);
      }
    }
    if (refused === undefined && 'runId' in event && event.kind !== 'started')
      this.live.delete(event.step);
    if (event.kind === 'review' && refused === undefined) this.live.delete(event.step);
    if (event.kind !== 'started') this.#check(faultsOf(this, before, event));
    return refused === undefined;
  }

  /** Whether an edit was taken in. */
  edits(definitions: readonly StepDefinition[]): boolean {
    return this.happens({ kind: 'edited', definitions });
  }

  #check(faults: readonly string[]): void {
    if (faults.length > 0) throw new Error(faults.join('\n'));
  }

  #settle(step: string, runId: string, rest: number): void {
    const produced: Record<string, string> = {};
    for (const path of this.#definition(step)?.produces ?? [])
      produced[path] = rest % 2 === 0 ? 'same' : `h${this.#content++}`;
    const way = rest % 10;
    if (way < 6) this.happens({ kind: 'proved', step, runId, produced });
    else if (way === 6)
      this.happens({ kind: 'failed', step, runId, cause: 'criteria', why: 'It does not hold.' });
    else if (way === 7)
      this.happens({ kind: 'failed', step, runId, cause: 'conflict', why: 'Both changed it.' });
    else if (way === 8) this.happens({ kind: 'lost', step, runId });
    else this.happens({ kind: 'review', step, by: 'owner' });
  }

  #decide(step: string, rest: number): void {
    this.happens({ kind: 'answered', step, answer: rest % 3 === 0 ? 'no' : 'yes' });
  }

  /** What owners do to steps and plans, whether it fits or not. */
  #meddle(rest: number): void {
    const step = pick([...this.plan.steps.keys()], Math.floor(rest / 8)) ?? 's0';
    const happenings: readonly Happening[] = [
      { kind: 'paused' },
      { kind: 'resumed' },
      { kind: 'aborted' },
      { kind: 'retried', step },
      { kind: 'retried', step },
      { kind: 'skipped', step, why: 'I do not want it.' },
      { kind: 'proved', step, produced: {} },
      { kind: 'failed', step, cause: 'rejected', why: 'I do not like it.' },
    ];
    this.happens(pick(happenings, rest) ?? { kind: 'tick' });
  }

  #editAtRandom(rest: number): void {
    const { definitions } = this.plan;
    const chosen = pick(definitions, Math.floor(rest / 6));
    if (chosen === undefined) return;
    const replace = (change: Partial<StepDefinition>) =>
      this.edits(definitions.map((it) => (it === chosen ? { ...it, ...change } : it)));
    const other = pick(definitions, Math.floor(rest / 7))?.id ?? chosen.id;
    switch (rest % 6) {
      case 0:
        return void replace({ objective: `Do it in the way ${this.#content++}.` });
      case 1:
        return void replace({ retries: (chosen.retries + 1) % 3 });
      case 2:
        return void replace({ needs: [...new Set([...chosen.needs, other])] });
      case 3:
        return void replace({ needs: chosen.needs.slice(1), consumes: [] });
      case 4:
        return void this.edits(definitions.filter((it) => it !== chosen));
      default:
        return void this.edits([
          ...definitions,
          { ...chosen, id: `n${this.#content++}`, needs: [other], produces: [] },
        ]);
    }
  }

  #definition(step: string): StepDefinition | undefined {
    return this.plan.definitions.find(({ id }) => id === step);
  }

  /** What a driver would find: the newest contents of the files that it consumes. */
  #consumedBy(step: string): Readonly<Record<string, string>> {
    const consumed: Record<string, string> = {};
    for (const glob of this.#definition(step)?.consumes ?? []) {
      const path = glob.replace(/\*$/, 'md');
      for (const { produced } of this.plan.steps.values())
        if (produced?.[path] !== undefined) consumed[path] = produced[path];
    }
    return consumed;
  }
}

/** Everything that a step needs is proved or was passed over; what it consumes is proved. */
function startFaults(before: Plan, step: string): readonly string[] {
  const definition = before.definitions.find(({ id }) => id === step);
  const state = (id: string) => before.steps.get(id)?.state ?? 'missing';
  const unmet = (definition?.needs ?? []).filter(
    (need) => state(need) !== 'proved' && state(need) !== 'skipped',
  );
  const paths = (definition?.consumes ?? []).map((glob) => glob.replace(/\*$/, 'md'));
  const unproved = before.definitions.filter(
    ({ id, produces }) =>
      id !== step && produces.some((path) => paths.includes(path)) && state(id) !== 'proved',
  );
  return [
    ...unmet.map((need) => `${step} started before ${need}, which is ${state(need)}`),
    ...unproved.map(({ id }) => `${step} consumes of ${id}, which is ${state(id)}`),
  ];
}

function pick<T>(list: readonly T[], number: number): T | undefined {
  return list[number % Math.max(1, list.length)];
}
