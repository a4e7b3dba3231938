import { readFileSync } from 'node:fs';
import t from 'tap';
import { waves } from '../../../../src/modules/plans/engine/graph.js';
import { readySteps } from '../../../../src/modules/plans/engine/ready-steps.js';
import type { FailurePolicy } from '../../../../src/modules/plans/types.js';
import { draft, Story, step } from '../../../support/plan-of.js';

type Waves = {
  readonly name: string;
  readonly depends_on: Readonly<Record<string, readonly string[]>>;
  readonly expected: {
    readonly wave: Readonly<Record<string, number>>;
    readonly status_after_create: Readonly<Record<string, string>>;
    readonly estimated_waves: number;
  };
};

type Execution = {
  readonly name: string;
  readonly failure_policy: FailurePolicy | null;
  readonly subtasks: readonly {
    readonly id: string;
    readonly mode?: string;
    readonly critical?: boolean;
    readonly depends_on?: readonly string[];
    readonly scope?: readonly string[];
  }[];
  readonly events: readonly (readonly [string, string?])[];
  readonly expected: {
    readonly log: readonly {
      readonly after: string;
      readonly error?: string;
      readonly plan?: string;
      readonly subtasks?: Readonly<Record<string, string>>;
    }[];
  };
};

/** docs/DECISIONS.md says what was decided. */
const STATES: Readonly<Record<string, string>> = {
  waiting: 'pending',
  ready: 'queued',
  running: 'queued',
  review: 'pending_review',
  proved: 'completed',
};
const STATUSES: Readonly<Record<string, string>> = {
  approved: 'executing',
  running: 'executing',
  done: 'completed',
};

/** Where this engine decides otherwise, by case, event and field. */
const DECIDED: Readonly<Record<string, string>> = {
  // A plan with a failed step is failed, never completed.
  'one of two branches fails, continue_best_effort, complete y: plan': 'failed',
  'one of two branches fails, abort_on_critical_fail, complete y: plan': 'failed',
  // A human step is open until it is answered.
  'human alone beside a task, none, approve: h': 'asked',
  'human alone beside a task, none, complete a: h': 'asked',
  'human alone beside a task, none, complete a: plan': 'executing',
  // A step that needs what the plan does not have can never start: it is blocked, and the plan ends.
  'unknown dependency, none, approve: a': 'blocked',
  'unknown dependency, none, complete b: a': 'blocked',
  'unknown dependency, none, complete b: plan': 'failed',
  // A recovery frees everything that the failure blocked.
  'escalation recovers a chain, continue_best_effort, complete_escalation a: c': 'pending',
  'escalation recovers a chain, continue_best_effort, complete b: c': 'queued',
};

function cases<T>(name: string): readonly T[] {
  return JSON.parse(readFileSync(`test/vectors/${name}.json`, 'utf8')).cases;
}

t.test('waves.json: every case', async (t) => {
  for (const { name, depends_on, expected } of cases<Waves>('waves')) {
    const definitions = Object.entries(depends_on).map(([id, needs]) => step(id, needs));
    const found = waves(definitions);
    const wave = Object.fromEntries(definitions.map(({ id }) => [id, found.get(id) ?? -1]));
    t.strictSame(wave, expected.wave, name);
    t.equal(Math.max(0, ...found.values()) + 1, expected.estimated_waves, `${name}: how many`);
    const states = [...draft(definitions).steps].map(([id, { state }]) => [
      id,
      STATES[state] ?? state,
    ]);
    const decided = { ...expected.status_after_create };
    if (name === 'unknown dependency') decided.a = 'blocked';
    t.strictSame(Object.fromEntries(states), decided, `${name}: states`);
  }
});

t.test('plan-execution.json: every case', async (t) => {
  for (const example of cases<Execution>('plan-execution')) {
    const policy = example.failure_policy ?? undefined;
    const story = new Story(example.subtasks.map(definitionOf), policy);
    const name = `${example.name}, ${policy ?? 'none'}`;
    const events = [['approve', ''], ...example.events] as const;
    events.forEach(([event, id = ''], i) => {
      const expected = example.expected.log[i];
      const happened = play(story, event, id);
      const label = `${name}, ${expected?.after.trim()}`;
      if (expected?.error !== undefined) {
        t.notOk(happened, label);
        return;
      }
      const { status, steps } = story.plan;
      const want = (field: string, value: string | undefined) =>
        DECIDED[`${label}: ${field}`] ?? value;
      t.equal(STATUSES[status] ?? status, want('plan', expected?.plan), `${label}: plan`);
      for (const [subtask, state] of Object.entries(expected?.subtasks ?? {})) {
        const found = steps.get(subtask)?.state ?? '';
        t.equal(STATES[found] ?? found, want(subtask, state), `${label}: ${subtask}`);
      }
    });
  }
});

function definitionOf(subtask: Execution['subtasks'][number]) {
  const human = subtask.mode === 'human';
  return step(subtask.id, subtask.depends_on, {
    run: human ? 'human' : 'runner',
    critical: subtask.critical ?? false,
    // There, the role of whoever owns `contracts/` escalates.
    ...(subtask.scope?.[0]?.startsWith('contracts/') === true ? { escalate: 'auditor' } : {}),
  });
}

/** Whether it could happen. There, a queued subtask is with an agent already. */
function play(story: Story, event: string, id: string): boolean {
  const step = event === 'complete_escalation' ? `${id}-recovery` : id;
  const runId = story.plan.steps.get(step)?.runId;
  if (event === 'approve') story.happens({ kind: 'approved' });
  else if (event === 'abort') story.happens({ kind: 'aborted' });
  else if (runId === undefined) return false;
  else if (event === 'fail')
    story.happens({ kind: 'failed', step, runId, cause: 'criteria', why: 'No.' });
  // The end of an exhausted agent.
  else if (event === 'release') story.happens({ kind: 'lost', step, runId });
  else story.happens({ kind: 'proved', step, runId, produced: {} });
  for (const ready of readySteps(story.plan, story.time)) story.starts(ready);
  return true;
}
