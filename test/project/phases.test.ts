/** What may follow what, as PHASES.md says. */
import t from 'tap';
import {
  moveProblem,
  nextPhase,
  phaseGraph,
  reachablePhases,
  transitionQuestion,
} from '../../src/project/phases.js';
import { longrunner, smallWorkspace } from '../governance/small-workspace.js';

const GRAPH = `# Phases

## a

- **Objective:** A
- **Successors:** b, c

## b

- **Objective:** B
- **Successors:** d

## c

- **Objective:** C
- **Successors:** a, gone, blank

## d

- **Objective:** D

## blank

- **Successors:** d

## island

- **Objective:** I
- **Successors:** island

## twice

- **Objective:** T

## twice

- **Objective:** T2
- **Successors:** d
`;

t.test('phases follow each other only as PHASES.md says', async (t) => {
  const snapshot = smallWorkspace(t, {
    'PROJECTS/p/LONGRUNNER.md': longrunner(),
    'PROJECTS/p/PHASES.md': GRAPH,
  });
  const graph = phaseGraph(snapshot, 'p');
  const next: readonly (readonly [current: string, chosen: string, found: object])[] = [
    ['a', '', { kind: 'choice', among: ['b', 'c'] }],
    ['a', 'b', { kind: 'next', phase: { name: 'b', objective: 'B' } }],
    ['a', 'd', { kind: 'refused', code: 'phase-not-next', why: /"d" does not follow "a": b, c/ }],
    ['b', '', { kind: 'next', phase: { name: 'd' } }],
    ['d', '', { kind: 'terminal' }],
    ['d', 'a', { kind: 'refused', why: /nothing does/ }],
    ['c', 'gone', { kind: 'refused', code: 'phase-undeclared', why: /"gone" is not declared/ }],
    ['c', 'blank', { kind: 'refused', code: 'phase-without-objective', why: /"blank" has no/ }],
    [
      'nowhere',
      '',
      { kind: 'refused', why: /"nowhere" is not declared in PROJECTS\/p\/PHASES.md/ },
    ],
    ['twice', '', { kind: 'refused', code: 'phase-twice', why: /declared twice/ }],
    ['island', '', { kind: 'next', phase: { name: 'island' } }],
  ];
  for (const [current, chosen, found] of next)
    t.match(nextPhase(graph, current, chosen), found, `${current} → ${chosen}`);
  t.equal(moveProblem(graph, 'a', 'b'), undefined);
  t.match(moveProblem(graph, 'x', 'b'), { why: /"x" is not declared/ });
  t.same([...reachablePhases(graph, 'a')].sort(), ['a', 'b', 'blank', 'c', 'd']);
  t.same([...reachablePhases(graph, 'island')], ['island']);
  t.same([...reachablePhases(graph, 'gone')], []);
});

t.test(
  'a phase allows the programs that it names; when it names none, what the tool registry allows',
  async (t) => {
    const page =
      '# Phases\n\n## a\n\n- **Objective:** A\n- **Tools:** node, git\n\n## b\n\n- **Objective:** B\n- **Tools:** -\n\n## c\n\n- **Objective:** C\n\n```yaml tools\n[]\n```\n\n## d\n\n- **Objective:** D\n\n```yaml stop_condition\n- file_exists: x\n```\n\n```yaml criteria\n```\n';
    const { phases } = phaseGraph(
      smallWorkspace(t, { 'PROJECTS/p/LONGRUNNER.md': longrunner(), 'PROJECTS/p/PHASES.md': page }),
      'p',
    );
    t.same(phases.get('a')?.tools, ['node', 'git']);
    t.equal(phases.get('b')?.tools, undefined);
    t.same(phases.get('c')?.tools, []);
    t.equal(phases.get('d')?.tools, undefined);
    t.equal(phases.get('a')?.stopCondition, undefined);
    t.same(phases.get('d')?.stopCondition?.data, [{ file_exists: 'x' }]);
    t.equal(phases.get('d')?.criteria, undefined);
  },
);

t.test('the owner is asked so that one word answers', async (t) => {
  const snapshot = smallWorkspace(t, {
    'PROJECTS/p/LONGRUNNER.md': longrunner(),
    'PROJECTS/p/PHASES.md': GRAPH,
  });
  const graph = phaseGraph(snapshot, 'p');
  t.equal(
    transitionQuestion(graph, 'p', 'b', ''),
    'p: the stop condition of "b" is met. Begin "d" (D)? Answer yes, or answer no and say what the next pass is to do.',
  );
  t.match(
    transitionQuestion(graph, 'p', 'a', ''),
    /What comes next\? Answer with one of b, c, or no\./,
  );
  t.match(
    transitionQuestion(graph, 'p', 'd', ''),
    /Close the project\? Answer yes, or answer no and say what the next pass is to do\./,
  );
  t.match(
    transitionQuestion(graph, 'p', 'nowhere', ''),
    /cannot continue: .* Correct PROJECTS\/p\/PHASES.md/,
  );
});
