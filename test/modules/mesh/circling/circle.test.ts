/** One worker and two reviewers, with agents that say what a script has them say. */
import t from 'tap';
import {
  type Circle,
  type CircleEvent,
  type CircleSettings,
  type GateAnswer,
  isDegraded,
  isOver,
  placeOf,
  type Role,
  ROLES,
  type Vote,
} from '../../../../src/modules/mesh/circling/circle.js';
import {
  type CircleWorld,
  driveCircle,
  type TurnAnswer,
  type TurnRequest,
} from '../../../../src/modules/mesh/circling/drive.js';
import {
  appendEvent,
  readCircle,
  readEntries,
} from '../../../../src/modules/mesh/circling/event-list.js';
import { applyEvent, reduce } from '../../../../src/modules/mesh/circling/reduce.js';
import { sha256 } from '../../../../src/kernel/hash.js';
import { MeshRefusal } from '../../../../src/modules/mesh/wire/refusal.js';
import { NODES, settingsOf, turnOf, turnsOf } from './scripted-circle.js';

t.setTimeout(120_000);

const NOW = new Date('2026-11-21T20:00:00Z');
const USAGE = { tokensIn: 100, tokensOut: 10, cost: undefined };

/** What a well-behaved agent says. */
function saying({ handsIn, place, node }: TurnRequest, vote: Vote = 'continue'): string {
  const artefacts = handsIn.map(
    (type) =>
      `${type} of ${node} in ${place}\n===CIRCLING_ARTIFACT===\ntype: ${type}\n===END_ARTIFACT===\n`,
  );
  return `${artefacts.join('')}===CIRCLING_REFLECTION===\nsummary: ${node} in ${place}\nconfidence: 0.8\nvote: ${vote}\n===END_REFLECTION===\n`;
}

type Script = (request: TurnRequest) => TurnAnswer | Promise<TurnAnswer>;
type Stage = CircleWorld & {
  readonly asked: TurnRequest[];
  readonly texts: ReadonlyMap<string, string>;
};

/** Everything is on the disk but the agents, who say what the script has for them. */
function stage(state: string, script: Script, spares: readonly string[] = []): Stage {
  const asked: TurnRequest[] = [];
  const texts = new Map<string, string>();
  return {
    asked,
    texts,
    circle: () => readCircle(state, 'C-1'),
    append: (event) => appendEvent(state, 'C-1', { time: NOW, event }),
    async ask(request) {
      asked.push(request);
      return script(request);
    },
    keep(text) {
      texts.set(sha256(text), text);
      return sha256(text);
    },
    spare: ({ members, out }) =>
      spares.find((node) => !out.includes(node) && !Object.values(members).includes(node)),
  };
}

const speaks: Script = (request) => ({ kind: 'said', text: saying(request), usage: USAGE });
const agrees: Script = (request) => ({
  kind: 'said',
  text: saying(request, 'converged'),
  usage: USAGE,
});
const live = new AbortController().signal;

function begin(state: string, settings: Partial<CircleSettings>): void {
  appendEvent(state, 'C-1', {
    time: NOW,
    event: { kind: 'opened', settings: settingsOf(settings) },
  });
}

function answer(state: string, circle: Circle, answer: GateAnswer, remark = ''): Circle {
  const gate = circle.gate?.id ?? '';
  return appendEvent(state, 'C-1', {
    time: NOW,
    event: { kind: 'answered', gate, answer, remark },
  });
}

for (const [tier, gates] of [
  [1, []],
  [2, ['final2']],
  [3, ['sr2.1', 'final2']],
] as const)
  t.test(`a circle of tier ${tier} waits for its owner ${gates.length} times`, async (t) => {
    const state = t.testdir();
    begin(state, { tier });
    const world = stage(state, speaks);
    const seen: string[] = [];
    let circle = await driveCircle(world, live);
    while (circle.gate !== undefined) {
      seen.push(circle.gate.id);
      const before = world.asked.length;
      t.strictSame(await driveCircle(world, live), circle, 'time does not open the gate');
      t.equal(world.asked.length, before, 'and nobody is asked while it is shut');
      answer(state, circle, 'approve');
      circle = await driveCircle(world, live);
    }
    t.strictSame(seen, gates);
    t.equal(circle.phase, 'complete');
    t.ok(circle.artefacts.has('sr2_step0_worker_workArtifact'), 'it was finalised');
    t.ok(circle.artefacts.has('sr2_step0_reviewerA_reviewSignOff'));
    t.equal(world.asked.length, 3 + 2 * 6 + 3);
  });

t.test('reviewers sign what the worker delivers, and nothing else', async (t) => {
  const state = t.testdir();
  begin(state, { maxSubrounds: 1 });
  const world = stage(state, agrees);
  await driveCircle(world, live);
  const [signing] = world.asked.filter(
    ({ place, role }) => place === 'final1' && role === 'reviewerB',
  );
  const shown = signing?.sections.map(({ heading, content }) => [
    heading,
    world.texts.get(content ?? ''),
  ]);
  t.strictSame(shown, [
    ['Original Task Plan', 'Write the page.'],
    ['Final Work Artifact', 'workArtifact of wendy in final1'],
    ['Completion Diff', 'completionDiff of wendy in final1'],
    ['Your Strategy', 'reviewStrategy of bert in sr1.2'],
  ]);
});

t.test('no gate is opened by an event that is not an answer to it', (t) => {
  let circle = reduce([{ kind: 'opened', settings: settingsOf({ tier: 2, maxSubrounds: 1 }) }]);
  while (circle.gate === undefined)
    for (const event of turnsOf(circle)) circle = applyEvent(circle, event);
  const place = placeOf(circle);
  const of = { role: 'worker', node: 'wendy', place } as const;
  const others: readonly CircleEvent[] = [
    { kind: 'silent', ...of, why: 'time-out' },
    { kind: 'silent', ...of, why: 'time-out', to: 'zoe' },
    { kind: 'unreadable', ...of, why: '?', usage: USAGE },
    turnOf(circle, 'worker', 'converged'),
    { kind: 'answered', gate: 'sr2.1', answer: 'approve', remark: '' },
    { kind: 'answered', gate: '', answer: 'approve', remark: '' },
  ];
  for (const event of others) t.throws(() => applyEvent(circle, event), MeshRefusal, event.kind);
  t.end();
});

for (const tier of [1, 2, 3] as const)
  t.test(`a reviewer who is blocked at the end calls the owner in tier ${tier}`, async (t) => {
    const state = t.testdir();
    begin(state, { tier, maxSubrounds: 1 });
    const world = stage(state, (request) => {
      const isNo = request.place === 'final1' && request.role === 'reviewerA';
      const vote = isNo ? 'blocked' : 'converged';
      return { kind: 'said', text: saying(request, vote), usage: USAGE };
    });
    let circle = await driveCircle(world, live);
    if (tier > 1) {
      answer(state, circle, 'approve');
      circle = await driveCircle(world, live);
    }
    t.match(circle.gate, { kind: 'blocked', why: 'reviewerA: anna in final1' });
    answer(state, circle, 'again', 'The second table is missing.');
    circle = await driveCircle(world, live);
    t.equal(
      world.asked.find(({ place }) => place === 'sr2.1')?.remark,
      'The second table is missing.',
    );
    if (tier > 1) {
      answer(state, circle, 'approve');
      circle = await driveCircle(world, live);
    }
    t.equal(circle.phase, 'complete');
    t.equal(circle.subround, 2);
  });

t.test('the owner can stop it at a gate; what was made is kept', async (t) => {
  const state = t.testdir();
  begin(state, { tier: 2, maxSubrounds: 1 });
  const waits = await driveCircle(stage(state, speaks), live);
  const circle = answer(state, waits, 'stop');
  t.equal(circle.phase, 'aborted');
  t.ok(circle.artefacts.has('sr1_step2_worker_workArtifact'));
});

t.test(
  'somebody takes over from a silent reviewer, and what it says later is not taken',
  async (t) => {
    const state = t.testdir();
    begin(state, { maxSubrounds: 1 });
    const script: Script = (request) =>
      request.node === 'anna' && request.place === 'sr1.1'
        ? { kind: 'silent', why: 'no answer in 60 s' }
        : agrees(request);
    const world = stage(state, script, ['zoe']);
    const circle = await driveCircle(world, live);
    t.equal(circle.phase, 'complete');
    t.strictSame(circle.members, { ...NODES, reviewerA: 'zoe' });
    t.match(circle.notices, [/anna, the reviewerA, gave no answer .*; zoe takes over\./]);
    t.notOk(isDegraded(circle));
    const [first] = world.asked.filter(({ node }) => node === 'zoe');
    t.match(first?.sections, [{ heading: 'Work Artifact' }, { heading: 'Your Strategy' }]);
    const late = { ...turnOf(circle, 'reviewerA'), node: 'anna', place: 'sr1.1' } as CircleEvent;
    t.throws(() => world.append(late), { code: 'fenced' });
  },
);

t.test(
  'without one who takes over, it goes on with one reviewer and calls the owner',
  async (t) => {
    const state = t.testdir();
    begin(state, { tier: 1, maxSubrounds: 1 });
    const script: Script = (request) =>
      request.node === 'anna' ? { kind: 'silent', why: 'no answer in 60 s' } : agrees(request);
    const world = stage(state, script);
    const circle = await driveCircle(world, live);
    t.match(circle.gate, { kind: 'finalization', why: 'everybody agrees, with one reviewer' });
    t.match(circle.notices, [/anna.*one reviewer is left, and the owner looks/]);
    answer(state, circle, 'approve');
    const end = await driveCircle(world, live);
    t.equal(end.phase, 'complete');
    t.ok(isDegraded(end));
  },
);

t.test('it ends with a notice when nobody reviews, or nobody works', async (t) => {
  for (const [silent, why] of [
    [['anna', 'bert'], 'nobody is left who reviews'],
    [['wendy'], 'nobody can do its work'],
  ] as const) {
    const state = t.testdir({});
    begin(state, {});
    const script: Script = (request) =>
      (silent as readonly string[]).includes(request.node)
        ? { kind: 'silent', why: 'no answer' }
        : speaks(request);
    const circle = await driveCircle(stage(state, script), live);
    t.equal(circle.phase, 'aborted');
    t.equal(circle.why, why);
  }
});

t.test('what cannot be read is asked for once more, and then counts as silence', async (t) => {
  const state = t.testdir();
  begin(state, { maxSubrounds: 1 });
  const world = stage(
    state,
    (request) => {
      const isBad = request.place === 'init' && request.node === 'anna';
      const isOnce =
        request.place === 'sr1.2' && request.role === 'worker' && request.attempt === 0;
      return isBad || isOnce ? { kind: 'said', text: 'Fine!', usage: USAGE } : agrees(request);
    },
    ['zoe'],
  );
  const circle = await driveCircle(world, live);
  t.equal(circle.phase, 'complete');
  t.equal(circle.members.reviewerA, 'zoe');
  t.equal(circle.members.worker, 'wendy');
  const again = world.asked.filter(({ place, role }) => place === 'sr1.2' && role === 'worker');
  t.strictSame(
    again.map(({ problem }) => problem),
    ['', 'There is no complete reflection at the end.'],
  );
  t.equal(circle.usage.reviewerA.tokensIn, 100 * (2 + 1 + 1 + 1 + 1), 'it is all counted');
});

/** Every place in which a circle of tier 3 with a silent and a blocked reviewer can be. */
t.test('it goes on after a restart at every event as if nothing had happened', async (t) => {
  const script: Script = (request) => {
    if (request.node === 'bert' && request.place === 'sr1.2')
      return { kind: 'silent', why: 'no answer' };
    const isNo = request.place === 'final2' && request.role === 'reviewerA';
    return { kind: 'said', text: saying(request, isNo ? 'blocked' : 'continue'), usage: USAGE };
  };
  const run = async (state: string): Promise<Circle> => {
    const world = stage(state, script, ['zoe']);
    let circle = await driveCircle(world, live);
    while (circle.gate !== undefined) {
      answer(state, circle, circle.gate.kind === 'blocked' ? 'again' : 'approve');
      circle = await driveCircle(world, live);
    }
    return circle;
  };
  const whole = t.testdir({});
  begin(whole, { tier: 3 });
  const expected = await run(whole);
  const entries = readEntries(whole, 'C-1');
  t.equal(expected.phase, 'complete');
  const places = new Set<string>();
  for (let length = 1; length <= entries.length; length++) {
    const state = `${whole}/restart-${length}`;
    for (const { event } of entries.slice(0, length))
      appendEvent(state, 'C-1', { time: NOW, event });
    const before = readCircle(state, 'C-1');
    places.add(before.gate === undefined ? placeOf(before) : `gate ${before.gate.id}`);
    const circle = await run(state);
    t.strictSame(circle.artefacts, expected.artefacts);
    t.equal(circle.phase, expected.phase);
    t.strictSame(circle.usage, expected.usage, 'no turn was taken twice');
  }
  t.strictSame([...places].sort(), [
    'complete',
    'final2',
    'final3',
    'gate final2',
    'gate final3',
    'gate sr2.1',
    'init',
    'sr1.1',
    'sr1.2',
    'sr2.1',
    'sr2.2',
    'sr3.1',
    'sr3.2',
  ]);
});

t.test('a list of events that was changed is not gone on with', async (t) => {
  const state = t.testdir();
  begin(state, { tier: 2, maxSubrounds: 1 });
  const circle = await driveCircle(stage(state, speaks), live);
  const { readFileSync, writeFileSync } = await import('node:fs');
  const path = `${state}/mesh/circles/C-1.jsonl`;
  const text = readFileSync(path, 'utf8');
  writeFileSync(path, text.replace('"vote":"continue"', '"vote":"converged"'));
  t.throws(() => readCircle(state, 'C-1'), { code: 'NOT_TRUSTED' });
  t.throws(() => answer(state, circle, 'approve'), { code: 'NOT_TRUSTED' });
  t.notOk(isOver(circle));
  t.equal(ROLES.length, 3);
});

t.test('the same node cannot have two roles', (t) => {
  const members: Readonly<Record<Role, string>> = { ...NODES, reviewerB: 'anna' };
  t.throws(() => reduce([{ kind: 'opened', settings: settingsOf({ members }) }]), MeshRefusal);
  t.end();
});
