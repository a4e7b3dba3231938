import t from 'tap';
import { checked, planOf, problemsOf, stepsOf } from './template-of.js';

t.test('variables have their values or defaults', (t) => {
  const text = `
id: t
title: 'Deploy {{vars.what}}'
failure_policy: abort_on_first_fail
vars:
  what: { required: true }
  env: { default: staging, values: [staging, production] }
  tries: 2
steps:
  - id: deploy-{{ vars.env }}
    objective: '{{context}}: {{vars.what}} to {{vars.env}}, as \\{{vars.env}}'
    retries: '{{vars.tries}}'
`;
  const made = planOf({ t: text }, { context: 'Now', vars: { what: 'web' } });
  t.equal(made.kind, 'plan');
  if (made.kind !== 'plan') return t.end();
  t.match(made.plan, {
    template: 't',
    title: 'Deploy web',
    policy: 'abort_on_first_fail',
    definitions: [
      {
        id: 'deploy-staging',
        objective: 'Now: web to staging, as {{vars.env}}',
        retries: 2,
      },
    ],
  });
  t.strictSame(problemsOf({ t: text }, { context: 'Now' }), [
    '5:1 the variable what needs a value (--set what=VALUE)',
  ]);
  t.strictSame(problemsOf({ t: text }, { vars: { what: 'web', env: 'prodction', wat: 'x' } }), [
    '5:1 the template t has no variable wat (did you mean what?)',
    '5:1 the variable env cannot be "prodction" (did you mean production?)',
  ]);
  t.strictSame(problemsOf({ t: text }, { vars: { what: 'web' } }), [
    '11:17 there is no value for {{context}} (--context TEXT)',
  ]);
  t.end();
});

t.test('a value is only ever part of one word of a command', (t) => {
  const text = `
id: t
vars: { name: '' }
steps:
  - id: a
    run: command
    command: node check.js --name={{ vars.name }} {{vars.name}}
    criteria:
      - command: cat {{vars.name}}
`;
  const [step] = stepsOf({ t: text }, { vars: { name: 'x; rm -rf $HOME' } });
  const name = 'x; rm -rf $HOME';
  t.strictSame(step?.command, ['node', 'check.js', `--name=${name}`, name]);
  t.strictSame(step?.criteria, [{ command: ['cat', name] }]);
  t.end();
});

t.test('for_each makes a step of each item, and what needs it needs all of them', (t) => {
  const text = `
id: t
vars: { topics: 'Bees, wasps' }
steps:
  - id: survey
    for_each: '{{vars.topics}}'
    title: 'Survey {{each}}'
    produces: outputs/{{each.number}}.md
  - id: judge
    for_each: [Bees, wasps]
    needs: survey.{{each}}
  - id: report
    needs: [survey]
`;
  const bees = { t: text.replace('survey.{{each}}', "'survey.{{each.id}}'") };
  t.strictSame(
    stepsOf(bees).map(({ id, title, needs, produces }) => [id, title, needs, produces]),
    [
      ['survey.bees', 'Survey Bees', [], ['outputs/1.md']],
      ['survey.wasps', 'Survey wasps', [], ['outputs/2.md']],
      ['judge.bees', 'judge.bees', ['survey.bees'], []],
      ['judge.wasps', 'judge.wasps', ['survey.wasps'], []],
      ['report', 'report', ['survey.bees', 'survey.wasps'], []],
    ],
  );
  t.end();
});

t.test('for_each over files of the workspace', (t) => {
  const text = `
id: t
steps:
  - id: read
    for_each: { files: 'inputs/*.md' }
    objective: 'Read {{each}} as {{each.name}}'
`;
  const files = ['inputs/Août 2026.md', 'inputs/a.md', 'inputs/b/a.md'];
  t.strictSame(
    stepsOf({ t: text }, { files }).map(({ id, objective }) => [id, objective]),
    [
      ['read.aout-2026-md', 'Read inputs/Août 2026.md as Août 2026'],
      ['read.a-md', 'Read inputs/a.md as a'],
      ['read.a-md-3', 'Read inputs/b/a.md as a'],
    ],
  );
  t.strictSame(problemsOf({ t: text }, { files: [] }), ['5:5 this finds nothing to work on']);
  t.match(problemsOf({ t: text }, { files: ['inputs/a$(id).md'] }), [
    /^5:5 a file of inputs\/\*\.md has a name that could be misread/,
    /^5:5 this finds nothing/,
  ]);
  t.end();
});

t.test('when as a text decides whether the step is there; its needs are handed on', (t) => {
  const text = `
id: t
vars: { env: staging, ask: 'yes' }
steps:
  - id: build
  - id: approve
    run: human
    needs: [build]
    when: '{{vars.env}} == production'
  - id: ask
    when: '{{vars.ask}}'
    needs: [approve]
  - id: note
    when: '{{vars.env}} != staging'
  - id: deploy
    needs: [approve, ask]
    when: { file_exists: outputs/build.zip }
`;
  const needs = (vars: Readonly<Record<string, string>>) =>
    Object.fromEntries(stepsOf({ t: text }, { vars }).map((step) => [step.id, step.needs]));
  t.strictSame(needs({}), { build: [], ask: ['build'], deploy: ['build', 'ask'] });
  t.strictSame(needs({ env: 'production', ask: 'no' }), {
    build: [],
    approve: ['build'],
    note: [],
    deploy: ['approve'],
  });
  t.strictSame(needs({ env: 'x == production' }).approve, undefined, 'a value has no signs');
  t.strictSame(stepsOf({ t: text }).at(-1)?.when, { file_exists: 'outputs/build.zip' });
  t.end();
});

const DEPLOY = `
id: deploy
vars: { env: { required: true } }
steps:
  - id: build
    objective: 'Build {{context}} for {{vars.env}}'
  - id: push
    needs: [build]
  - id: note
    needs: [build]
`;

t.test('a sub-plan becomes its steps, between what it needs and what needs it', (t) => {
  const t1 = `
id: t
vars: { env: staging }
steps:
  - id: test
  - id: out
    run: plan
    plan: deploy
    vars: { env: '{{vars.env}}' }
    needs: [test]
  - id: tell
    needs: [out]
`;
  const texts = { t: t1, deploy: DEPLOY };
  t.strictSame(
    stepsOf(texts, { context: 'web' }).map(({ id, needs, objective }) => [id, needs, objective]),
    [
      ['test', [], 'test'],
      ['out.build', ['test'], 'Build web for staging'],
      ['out.push', ['out.build'], 'out.push'],
      ['out.note', ['out.build'], 'out.note'],
      ['tell', ['out.push', 'out.note'], 'tell'],
    ],
  );
  t.strictSame(
    problemsOf({ ...texts, t: t1.replace("    vars: { env: '{{vars.env}}' }\n", '') }, {}),
    ['6:5 the variable env needs a value (vars of this step give it)'],
  );
  t.strictSame(
    problemsOf(
      { ...texts, deploy: DEPLOY.replace('needs: [build]', 'needs: [biuld]') },
      {
        context: 'web',
      },
    ),
    [
      'orchestration-os/plan-templates/deploy.yaml:8:13 step push needs biuld, and there is no such step (did you mean build?)',
    ],
  );
  t.end();
});

t.test('templates that include each other are found, as a path', (t) => {
  const including = (id: string, plan: string) =>
    `id: ${id}\nsteps:\n  - id: x\n    run: plan\n    plan: ${plan}\n`;
  t.strictSame(
    problemsOf({ t: including('t', 'a'), a: including('a', 'b'), b: including('b', 'a') }),
    [
      'orchestration-os/plan-templates/b.yaml:5:5 these templates include each other: t -> a -> b -> a (remove one of these steps with run: plan)',
    ],
  );
  const deep = ['t', 'a', 'b', 'c', 'd', 'e'].map((id, i, all) => [
    id,
    including(id, all[i + 1] ?? 'f'),
  ]);
  t.match(problemsOf(Object.fromEntries(deep)), [/nested too deep: t -> a -> b -> c -> d -> e/]);
  t.end();
});

t.test('a plan has at most 300 steps, however its templates multiply', (t) => {
  const many = (id: string, plan: string) =>
    `id: ${id}\nsteps:\n  - id: x\n    for_each: [${Array.from({ length: 40 }, (_, i) => `n${i}`)}]\n    run: plan\n    plan: ${plan}\n`;
  const texts = {
    t: many('t', 'a'),
    a: many('a', 'b'),
    b: many('b', 'c'),
    c: many('c', 'd'),
    d: 'id: d\nsteps: [{ id: y }]',
  };
  t.match(problemsOf(texts), [/the plan has more than 300 steps/]);
  t.end();
});

t.test('what is wrong in a template has its line and column', (t) => {
  const wrong = (text: string): readonly string[] => checked('t', text);
  t.strictSame(wrong('id: t\nstps: []'), [
    '1:1 "steps" is missing',
    '2:1 there is no key "stps" here (did you mean steps?)',
  ]);
  t.strictSame(wrong('id: t\nfailure_policy: abort\nsteps: [{ id: a }]'), [
    '2:1 "failure_policy" is not one of continue_best_effort, abort_on_first_fail, abort_on_critical_fail',
  ]);
  t.strictSame(wrong('id: other\nsteps: [{ id: a }]'), [
    '1:1 the template other is not in a file of its name',
  ]);
  t.strictSame(
    wrong('id: t\nsteps:\n  - id: a\n    objective: |\n      One.\n      For {{vars.x}}.'),
    ['6:11 there is no value for {{vars.x}}'],
  );
  t.strictSame(wrong('id: t\nsteps:\n  - id: a\n    title: {{context}}'), [
    '4:12 not valid YAML: a value that begins with {{ is a map in YAML (put the value in quotes)',
  ]);
  t.strictSame(
    wrong('id: t\nsteps:\n  - id: a\n    criteria:\n      - { file_exists: a-{{context}}.md }'),
    [
      '5:26 not valid YAML: this line does not fit the lines above it (put values with {{ in quotes)',
    ],
  );
  t.strictSame(wrong('id: t\nsteps:\n  - id: a\n    objective: "for {{context"'), [
    '4:21 {{ is not closed (write \\{{ for the two braces themselves)',
  ]);
  t.strictSame(wrong('id: t\nvars: { a: { requird: yes } }\nsteps: [{ id: a }]'), [
    '2:14 there is no key "requird" here (did you mean required?)',
  ]);
  t.end();
});
