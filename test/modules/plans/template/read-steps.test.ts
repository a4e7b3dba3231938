import fc from 'fast-check';
import t from 'tap';
import type { StepsRead } from '../../../../src/modules/plans/template/check-steps.js';
import { readSteps } from '../../../../src/modules/plans/template/read-steps.js';
import { yamlFile } from '../../../../src/modules/plans/template/yaml-source.js';

/** As front matter has it: in the third line of the page. */
function read(raw: string): StepsRead {
  const range = { file: 'PLAN.md', line: 3, column: 1, endLine: 3, endColumn: 1 };
  return readSteps({ raw, range });
}

/** Each problem as `line:column message (hint)`. */
function problems(raw: string): readonly string[] {
  const steps = read(raw);
  if (steps.kind === 'steps') return [];
  return steps.problems.map(
    ({ range, message, hint }) =>
      `${range.line}:${range.column} ${message}${hint === undefined ? '' : ` (${hint})`}`,
  );
}

t.test('a step with an id alone has every default', (t) => {
  t.strictSame(read('- id: a'), {
    kind: 'steps',
    definitions: [
      {
        id: 'a',
        title: 'a',
        objective: 'a',
        needs: [],
        run: 'runner',
        writes: ['outputs/**'],
        produces: [],
        consumes: [],
        criteria: [],
        budget: {},
        retries: 1,
        critical: false,
        repeatable: true,
      },
    ],
  });
  t.end();
});

t.test('all keys are read', (t) => {
  const text = `
- id: measure
  title: Make it faster
  objective: |
    Find the slow part.
  needs: survey
  runner: claude
  tier: strong
  role: developer
  writes: [repo/src/**]
  tools: [npm, node]
  produces: repo/src/fast.ts
  consumes: [outputs/survey.md]
  criteria:
    - command: npm test
  metric:
    command: node bench.js --json
    direction: lower
    files: [repo/bench.js]
    held_out:
      command: [node, other.js]
      files: [other.js]
    plateau: 3
  budget: { minutes: 30, cost: 0.5 }
  retries: "2"
  critical: yes
  when: { file_exists: outputs/survey.md }
  repeatable: no
  escalate: architect
- id: survey
  run: command
  command: node 'a b.js'
- id: ask
  run: human
  needs: [survey]
  question: Is it good?
  deadline: 2d
  default: no
`;
  const steps = read(text);
  t.equal(steps.kind, 'steps', problems(text).join('\n'));
  if (steps.kind !== 'steps') return t.end();
  const [measure, survey, ask] = steps.definitions;
  t.match(measure, {
    objective: 'Find the slow part.',
    needs: ['survey'],
    runner: 'claude',
    tier: 'strong',
    role: 'developer',
    writes: ['repo/src/**'],
    tools: ['npm', 'node'],
    produces: ['repo/src/fast.ts'],
    consumes: ['outputs/survey.md'],
    criteria: [{ command: 'npm test' }],
    metric: {
      command: ['node', 'bench.js', '--json'],
      direction: 'lower',
      attempts: 10,
      files: ['repo/bench.js'],
      heldOut: { command: ['node', 'other.js'], files: ['other.js'] },
      plateau: 3,
    },
    budget: { minutes: 30, cost: 0.5 },
    retries: 2,
    critical: true,
    when: { file_exists: 'outputs/survey.md' },
    repeatable: false,
    escalate: 'architect',
  });
  t.strictSame(survey?.command, ['node', 'a b.js']);
  t.match(ask, { question: 'Is it good?', deadline: '2d', default: 'no', writes: [] });
  t.end();
});

const WRONG: readonly (readonly [string, string, readonly string[]])[] = [
  [
    'an unknown key has the nearest name',
    '- id: a\n  neds: [b]',
    ['4:3 there is no key "neds" here (did you mean needs?)'],
  ],
  [
    'an unknown key of a budget',
    '- id: a\n  budget: { minuts: 3 }',
    ['4:13 there is no key "minuts" here (did you mean minutes?)'],
  ],
  [
    'an unknown need has the nearest name',
    '- id: build\n- id: test\n  needs: [biuld]',
    ['5:11 step test needs biuld, and there is no such step (did you mean build?)'],
  ],
  ['an id that occurs twice', '- id: a\n- id: a', ['4:3 there are two steps a']],
  [
    'a cycle is a path',
    '- id: a\n  needs: [b]\n- id: b\n  needs: [c]\n- id: c\n  needs: [a]',
    ['4:3 these steps wait for each other: a -> b -> c -> a (remove one of these needs)'],
  ],
  [
    'a step that waits for itself',
    '- id: a\n  needs: [a]',
    ['4:3 these steps wait for each other: a -> a (remove one of these needs)'],
  ],
  ['no list', 'id: a', ['3:1 "steps" is not a list']],
  ['an item that is not a step', '- a', ['3:3 this is not a step: a map with an id']],
  ['no id', '- title: a', ['3:3 "id" is missing']],
  [
    'an id with capitals',
    '- id: A b',
    ['3:3 "id" is not an id of lower-case letters and digits, with . _ or - between them'],
  ],
  [
    'a run that does not exist',
    '- id: a\n  run: robot',
    ['4:3 "run" is not one of runner, human, plan, command'],
  ],
  [
    'a key of another kind of step',
    '- id: a\n  question: Is it?',
    ['4:3 a step with run: runner has no "question"'],
  ],
  ['a command step without a command', '- id: a\n  run: command', ['4:3 "command" is missing']],
  [
    'a plan inside a plan',
    '- id: a\n  run: plan\n  plan: team-deploy',
    [
      '4:3 a plan inside a plan is written out as its steps (put run: plan into a template, and make the plan with nocturne plan new)',
    ],
  ],
  [
    'a default answer without a deadline',
    '- id: a\n  run: human\n  default: yes',
    ['5:3 this answer is never given: the step has no deadline'],
  ],
  [
    'a glob that leaves the project',
    '- id: a\n  writes: [../other/**]',
    ['4:12 "writes" is not a glob inside the project'],
  ],
  [
    'a criterion that does not exist',
    '- id: a\n  criteria:\n    - file_exists: a.md\n    - file_exist: b.md',
    ['6:7 there is no condition of kind "file_exist" (did you mean file_exists?)'],
  ],
  [
    'a condition with an unknown kind',
    '- id: a\n  when: { file_exsts: b.md }',
    ['4:11 there is no condition of kind "file_exsts" (did you mean file_exists?)'],
  ],
  [
    'a criterion in prose',
    '- id: a\n  criteria: [it is good]',
    [
      '4:14 this condition is text: nothing can check it, so it never holds (write it as an assertion, or keep it for people as a YAML comment (#))',
    ],
  ],
  [
    'text that is not YAML',
    '- id: a\n  title: "b',
    [
      '4:10 not valid YAML: a double quote opens here and does not close (close it, or put the whole value in quotes)',
    ],
  ],
];

for (const [name, raw, expected] of WRONG)
  t.test(`found: ${name}`, (t) => {
    t.strictSame(problems(raw), expected);
    t.end();
  });

t.test('several problems are found at once', (t) => {
  t.strictSame(problems('- id: a\n  retries: -1\n- id: b\n  needs: [c, a]\n  run: no'), [
    '4:3 "retries" is not a whole number from 0 to 20',
    '7:3 "run" is not one of runner, human, plan, command',
  ]);
  t.end();
});

t.test('a chain of 12,000 steps is read, and so is a cycle of 12,000', (t) => {
  const chain = Array.from({ length: 12_000 }, (_, i) =>
    i === 0 ? '- id: s0' : `- id: s${i}\n  needs: [s${i - 1}]`,
  ).join('\n');
  const steps = read(chain);
  t.equal(steps.kind === 'steps' && steps.definitions.length, 12_000);
  const [problem = ''] = problems(chain.replace('- id: s0', '- id: s0\n  needs: [s11999]'));
  t.match(problem, /^4:3 these steps wait for each other: s0 -> s11999 -> s11998 -> /);
  t.end();
});

t.test('any text is read without an exception, and every problem has a place in it', (t) => {
  const yaml = fc
    .array(
      fc.oneof(
        fc.constantFrom(
          '- id: a',
          '  needs: [b',
          ']',
          '\n',
          '\r\n',
          '&x',
          '*x',
          '? ',
          '!!int',
          '---',
        ),
        fc.constantFrom(
          '  run: human\n',
          '- {',
          '}',
          '"',
          ': ',
          '\t',
          '\u2028',
          '\ufeff',
          '%YAML 9',
        ),
        fc.string({ unit: 'binary', maxLength: 6 }),
      ),
      { maxLength: 30 },
    )
    .map((parts) => parts.join(''));
  fc.assert(
    fc.property(fc.oneof(yaml, fc.string({ unit: 'binary' })), (text) => {
      const steps = readSteps(yamlFile('a.yaml', text));
      if (steps.kind === 'steps') return;
      const lines = text.split('\n');
      for (const { range } of steps.problems) {
        if (range.line < 1 || range.line > lines.length) throw new Error(`line ${range.line}`);
        const width = (lines[range.line - 1]?.length ?? 0) + 1;
        if (range.column < 1 || range.column > width)
          throw new Error(`column ${range.column} of ${width}`);
      }
    }),
    { numRuns: 500 },
  );
  t.equal(problems('['.repeat(20_000)).length, 1, 'nested deeper than the stack');
  t.end();
});
