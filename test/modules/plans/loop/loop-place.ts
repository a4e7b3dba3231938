/** A workspace with one step that has a metric, and passes for it until its plan is over. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { newPlan } from '../../../../src/modules/plans/engine/new-plan.js';
import { isOver } from '../../../../src/modules/plans/engine/ready-steps.js';
import { reduce } from '../../../../src/modules/plans/engine/reduce.js';
import { loopFolder, readRecord } from '../../../../src/modules/plans/loop/loop-record.js';
import { type Loop, readLoop } from '../../../../src/modules/plans/loop/loop-state.js';
import { type LoopSubject, loopSubject } from '../../../../src/modules/plans/loop/loop-subject.js';
import {
  keepAttemptWork,
  loopEvent,
  loopUnit,
  performLoop,
  prepareAttempt,
} from '../../../../src/modules/plans/loop/loop-unit.js';
import { attemptFragments } from '../../../../src/modules/plans/loop/attempt-fragments.js';
import { settledEvent, startedEvent } from '../../../../src/modules/plans/run/events-of-run.js';
import { offerOf } from '../../../../src/modules/plans/run/units-of-plan.js';
import type {
  Metric,
  Plan,
  PlanEvent,
  StepDefinition,
} from '../../../../src/modules/plans/types.js';
import { stamp } from '../../../../src/kernel/clock.js';
import type { PassModule } from '../../../../src/passes/module.js';
import type { PassReport } from '../../../../src/passes/pass-facts.js';
import { worker } from '../../../../src/passes/worker/worker.js';
import { environment, type Place } from '../../../passes/pass-workspace.js';
import { placeWithSteps } from '../../../passes/unit-workspace.js';

/** An agent that knows from its brief how often was tried, and calls `tries[number]`. */
export function agentThat(...tries: readonly string[]): string {
  return `import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
const brief = readFileSync(0, 'utf8');
const attempt = [...brief.matchAll(/^- \\d+: .* —/gm)].length;
const tries = [${tries.map((text) => `() => { ${text} }`).join(', ')}];
const write = (path, text) => { mkdirSync('src', { recursive: true }); writeFileSync(path, text); };
const read = (path) => readFileSync(path, 'utf8');
(tries[attempt] ?? tries.at(-1))();
console.log('\`\`\`nocturne-report\\nsummary: try number ' + (attempt + 1) + '\\n\`\`\`');
`;
}

export const SCORE = `import { readdirSync, readFileSync } from 'node:fs';
console.log('measuring');
console.log(eval(readFileSync('src/value.txt', 'utf8')));
`;
export const METRIC: Metric = {
  command: ['node', 'bench/score.mjs'],
  direction: 'higher',
  attempts: 3,
  files: ['bench/**'],
  repeats: 5,
};

export type LoopTest = {
  readonly place: Place;
  readonly module: PassModule;
  readonly plan: () => Plan;
  readonly loop: () => Loop;
  /** One pass. */
  readonly pass: () => Promise<PassReport>;
  /** Passes until the plan is over. */
  readonly run: () => Promise<Plan>;
  /** Runs whose files are kept. */
  readonly onDisk: () => readonly string[];
  readonly kept: (runId: string | undefined, path: string) => string;
  /** What of the project is in the workspace now. */
  readonly read: (path: string) => string;
};

export function loopTest(
  directory: string,
  agent: string,
  options: {
    readonly metric?: Partial<Metric>;
    readonly step?: Partial<StepDefinition>;
    readonly value?: string;
    readonly files?: Readonly<Record<string, string>>;
  } = {},
): LoopTest {
  const place = placeWithSteps(directory, agent, {
    files: {
      'PROJECTS/pages/src/value.txt': options.value ?? '10',
      'PROJECTS/pages/bench/score.mjs': SCORE,
      ...options.files,
    },
  });
  const step: StepDefinition = {
    id: 'faster',
    title: 'Faster',
    objective: 'Raise the value.',
    needs: [],
    run: 'runner',
    writes: ['src/**', 'bench/**'],
    produces: [],
    consumes: [],
    criteria: [],
    metric: { ...METRIC, ...options.metric },
    budget: {},
    retries: 0,
    critical: false,
    repeatable: true,
    ...options.step,
  };
  const module = new LoopModule(place, step);
  const pass = (): Promise<PassReport> =>
    worker(environment(place, { modules: [module] }), { role: 'worker', onlyUnits: true });
  return {
    place,
    module,
    plan: () => module.plan,
    loop: () => module.loop(),
    pass,
    async run() {
      for (let passes = 0; !isOver(module.plan) && passes < 30; passes++) await pass();
      return module.plan;
    },
    onDisk: () =>
      readdirSync(loopFolder(module.subject().place)).filter((name) => name !== 'record.jsonl'),
    kept: (runId = '', path) =>
      readFileSync(
        join(loopFolder(module.subject().place), runId, 'files/PROJECTS/pages', path),
        'utf8',
      ),
    read: (path) => readFileSync(join(place.root, 'PROJECTS/pages', path), 'utf8'),
  };
}

type Parts = Required<PassModule>;

/** The parts of the module `plans` that a loop needs, with a plan in memory. */
class LoopModule implements PassModule {
  readonly name = 'plans';
  readonly onChange = (): undefined => undefined;
  readonly #state: string;
  plan: Plan;

  constructor({ workspace }: Place, step: StepDefinition) {
    this.#state = workspace.state;
    const about = { project: 'pages', title: 'Test', template: 'test' };
    const policy = 'continue_best_effort';
    const time = stamp(workspace.clock.now());
    this.plan = newPlan({ ...about, policy, definitions: [step] }, time);
    this.take({ kind: 'approved', time });
  }

  take(event: PlanEvent): void {
    const { plan, refused } = reduce(this.plan, event);
    if (refused !== undefined) throw new Error(refused);
    this.plan = plan;
  }

  subject(): LoopSubject {
    const [step] = this.plan.definitions;
    const place = { state: this.#state, project: 'pages' };
    const found = step && loopSubject(place, step, this.plan.steps.get(step.id));
    if (found === undefined) throw new Error('no metric');
    return found;
  }

  loop(): Loop {
    const loop = readLoop(readRecord(this.subject().place));
    if (loop === undefined) throw new Error('no loop');
    return loop;
  }

  units: Parts['units'] = ({ snapshot }) => {
    const now = stamp(snapshot.now);
    const offer = offerOf([this.plan], { priority: () => 1, now });
    return { ...offer, units: offer.units.map((unit) => loopUnit(unit, this.subject(), snapshot)) };
  };
  fragments: Parts['fragments'] = ({ unit }) =>
    unit === undefined ? [] : attemptFragments(this.subject());
  started: Parts['started'] = (unit, { snapshot, runId, consumed }) => {
    this.take(startedEvent(unit, { runId, consumed, time: stamp(snapshot.now) }));
    return undefined;
  };
  prepare: Parts['prepare'] = (unit, context) => prepareAttempt(this.subject(), unit, context);
  perform: Parts['perform'] = (_unit, context) => performLoop(this.subject(), context);
  keep: Parts['keep'] = (_unit, work) => keepAttemptWork(this.subject(), work);
  settled: Parts['settled'] = (unit, verdict, { snapshot }) => {
    const event = settledEvent(unit, verdict, stamp(snapshot.now));
    this.take(loopEvent(this.subject(), unit, event));
    return undefined;
  };
}
