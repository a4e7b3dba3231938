/** Cases of the system that circles replace; where we decided otherwise, the case says why. */
import { readFileSync } from 'node:fs';
import t from 'tap';
import { type Agreement, agree } from '../../../../src/modules/mesh/circling/agreement.js';
import {
  type Circle,
  placeOf,
  type Role,
  ROLES,
  type Tier,
  type Vote,
} from '../../../../src/modules/mesh/circling/circle.js';
import { directedInput } from '../../../../src/modules/mesh/circling/directed.js';
import {
  readReflection,
  readTurn,
  type SaidTurn,
} from '../../../../src/modules/mesh/circling/read-turn.js';
import { applyEvent, reduce } from '../../../../src/modules/mesh/circling/reduce.js';
import { MeshRefusal } from '../../../../src/modules/mesh/wire/refusal.js';
import { NODES, settingsOf, turnsOf } from './scripted-circle.js';

type Decided<T> = { readonly expected: T; readonly decided?: T | 'refused'; readonly why?: string };
type Walk = Decided<readonly (readonly [string, number, number, boolean])[]> & {
  readonly op: 'walk';
  readonly name: string;
  readonly automation_tier: Tier;
  readonly max_subrounds: number;
  readonly step2_votes: Readonly<Record<string, readonly Vote[]>>;
};
type Input = Decided<readonly (readonly [string, string])[]> & {
  readonly op: 'directed_input';
  readonly name: string;
  readonly phase: Circle['phase'];
  readonly subround: number;
  readonly step: number;
  readonly node: 'W' | 'A' | 'B';
  readonly artifacts: Readonly<Record<string, string>>;
};
type Said = {
  readonly circling_artifacts?: readonly { readonly type: string; readonly content: string }[];
  readonly summary: string;
  readonly learnings?: string;
  readonly confidence: number;
  readonly vote: string;
  readonly parse_failed: boolean;
};
type Output = Decided<Said> & { readonly name: string; readonly output: string };
type Votes = Decided<boolean> & {
  readonly convergence: {
    readonly type: string;
    readonly threshold?: number;
    readonly min_quorum?: number;
  };
  readonly min_nodes: number;
  readonly votes: readonly string[];
};

function cases<T>(name: string): readonly T[] {
  return JSON.parse(readFileSync(`test/vectors/${name}.json`, 'utf8')).cases;
}

function decisionOf<T>({ expected, decided }: Decided<T>): T | 'refused' {
  return decided ?? expected;
}

t.test('every case that was decided otherwise says why', (t) => {
  for (const name of ['circling-protocol', 'circling-parser', 'convergence', 'reflection'])
    for (const each of cases<Decided<unknown> & { readonly quirk?: string }>(name))
      t.equal(each.decided === undefined, each.why === undefined, JSON.stringify(each));
  t.end();
});

/** Every gate is approved, and each change of place is a row. */
function walk({ automation_tier, max_subrounds, step2_votes }: Walk): unknown {
  const settings = settingsOf({ tier: automation_tier, maxSubrounds: max_subrounds });
  let circle = reduce([{ kind: 'opened', settings }]);
  const rows: unknown[] = [];
  while (circle.phase !== 'complete' && rows.length < 50) {
    const before = placeOf(circle);
    const votes = circle.step === 2 ? step2_votes[`SR${circle.subround}`] : undefined;
    for (const event of turnsOf(circle, votes)) circle = applyEvent(circle, event);
    const { phase, subround, step, gate } = circle;
    if (placeOf(circle) !== before) rows.push([phase, subround, step, gate !== undefined]);
    if (gate !== undefined)
      circle = applyEvent(circle, {
        kind: 'answered',
        gate: gate.id,
        answer: 'approve',
        remark: '',
      });
  }
  return rows;
}

const PROTOCOL = cases<Walk | Input>('circling-protocol');
for (const each of PROTOCOL.filter((case_): case_ is Walk => case_.op === 'walk'))
  t.test(`circling-protocol.json: tier ${each.automation_tier}, ${each.name}`, (t) => {
    const decision = decisionOf(each);
    if (decision === 'refused') t.throws(() => walk(each), MeshRefusal);
    else t.strictSame(walk(each), decision);
    t.end();
  });

const ROLE: Readonly<Record<string, Role>> = { W: 'worker', A: 'reviewerA', B: 'reviewerB' };
for (const each of PROTOCOL.filter((case_): case_ is Input => case_.op === 'directed_input'))
  t.test(`circling-protocol.json: ${each.name} for ${each.node}`, (t) => {
    const { phase, subround, step, artifacts } = each;
    const view = {
      phase,
      subround,
      step,
      plan: 'PLAN',
      artefacts: new Map(Object.entries(artifacts)),
    };
    const sections = directedInput(view, ROLE[each.node] ?? 'worker');
    t.strictSame(
      sections.map(({ heading, content }) => [heading, content ?? 'UNAVAILABLE']),
      decisionOf(each),
    );
    t.end();
  });

function asVector(said: Omit<SaidTurn, 'artefacts'>): Said {
  const { summary, confidence, vote, problem } = said;
  const failed = problem !== undefined;
  return { summary, confidence, vote: vote ?? 'parse_error', parse_failed: failed };
}

for (const each of cases<Output>('circling-parser'))
  t.test(`circling-parser.json: ${each.name}`, (t) => {
    const said = readTurn(each.output);
    const decision = decisionOf(each);
    t.strictSame({ circling_artifacts: said.artefacts, ...asVector(said) }, decision);
    t.end();
  });

for (const each of cases<Output>('reflection'))
  t.test(`reflection.json: ${each.name}`, (t) => {
    const said = readReflection(each.output);
    t.strictSame({ ...asVector(said), learnings: said.learnings }, decisionOf(each));
    t.end();
  });

const AGREEMENT: Readonly<Record<string, Agreement>> = { unanimous: 'all', majority: 'most' };
for (const each of cases<Votes>('convergence'))
  t.test(`convergence.json: ${JSON.stringify(each.convergence)} of ${each.votes.join()}`, (t) => {
    const { convergence, min_nodes, votes } = each;
    const agreement = AGREEMENT[convergence.type];
    const decision = decisionOf(each);
    if (agreement === undefined) {
      t.equal(decision, 'refused');
      return t.end();
    }
    const read = votes.filter((vote) => !vote.endsWith('!')) as readonly Vote[];
    const { threshold, min_quorum: quorum = min_nodes } = convergence;
    const options = { quorum, ...(threshold === undefined ? {} : { most: threshold }) };
    t.equal(agree(agreement, read, options), decision);
    t.end();
  });

t.test('the three nodes of the scripted circle are different', (t) => {
  t.equal(new Set(ROLES.map((role) => NODES[role])).size, 3);
  t.end();
});
