/** Steps of plans under rules, on a repository of the owner's: never merged, and why in a sentence. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { UnitVerdict } from '../../../src/governance/unit.js';
import { module as rules } from '../../../src/modules/rules/module.js';
import { worker } from '../../../src/passes/worker/worker.js';
import { environment, type Place, REPORT } from '../../passes/pass-workspace.js';
import {
  fingerprint,
  type Owners,
  ownersRepository,
  put,
  run,
} from '../../passes/repository/owners-repository.js';
import { placeWithSteps, type Step, stepsModule } from '../../passes/unit-workspace.js';

t.setTimeout(240_000);

const KEY = `ghp_${'QWERTYUIOPASDFGH1234'.repeat(2).slice(0, 36)}`;
const STEP: Step = {
  id: 'plan/pages/price/1',
  work: 'plan/pages/price',
  title: 'Raise the price',
  writes: ['repo/src/**', 'repo/test/**'],
  produces: [],
  criteria: [],
};

type Made = { readonly owners: Owners; readonly place: Place; readonly verdicts: UnitVerdict[] };

async function step(
  directory: string,
  agent: string,
  more: { readonly step?: Partial<Step>; readonly rules?: Readonly<Record<string, string>> } = {},
): Promise<Made> {
  const owners = ownersRepository(directory);
  put(owners.path, {
    'tsconfig.json': '{}',
    'AGENTS.md': 'Run the tests of the shop.\n',
    'src/cart.ts': 'export const items: string[] = [];\n',
  });
  run(owners.path, 'add', '-A');
  run(owners.path, 'commit', '-qm', 'TypeScript');
  const page = new URL('../../../../orchestration-os/REPOSITORIES.md', import.meta.url);
  const section = `\n## pages\n\n- **Path:** ${owners.path}\n- **Branch:** main\n`;
  const program = `import { execFileSync } from 'node:child_process';\nimport { rmSync, writeFileSync } from 'node:fs';\n${agent}\n${REPORT}`;
  const place = placeWithSteps(join(directory, 'place'), program, {
    files: {
      'orchestration-os/REPOSITORIES.md': `${readFileSync(page, 'utf8')}${section}`,
      ...more.rules,
    },
  });
  const verdicts: UnitVerdict[] = [];
  const before = fingerprint(owners.path);
  await worker(
    environment(place, { modules: [stepsModule([{ ...STEP, ...more.step }], verdicts), rules] }),
    { role: 'worker' },
  );
  t.same(fingerprint(owners.path), before, "the owner's files are as they were");
  return { owners, place, verdicts };
}

const branches = ({ owners }: Made): string =>
  run(owners.path, 'for-each-ref', 'refs/heads/nocturne');

const BROKEN: readonly {
  readonly name: string;
  readonly agent: string;
  readonly cause: UnitVerdict['cause'];
  readonly why: RegExp;
  readonly step?: Partial<Step>;
}[] = [
  {
    name: 'plants a key',
    agent: `writeFileSync('repo/src/key.ts', 'export const key = "${KEY}";\\n');`,
    cause: 'rule',
    why: /^the rule security: what looks like a credential \(.+\) was added in PROJECTS\/pages\/repo\/src\/key\.ts, line 1$/,
  },
  {
    name: 'writes out of scope',
    agent: `writeFileSync('repo/src/fine.ts', 'export {};\\n'); writeFileSync('repo/setup.js', 'x');`,
    cause: 'scope',
    why: /^the rule scope: PROJECTS\/pages\/repo\/setup\.js is outside what this pass may write \(.*\)$/,
  },
  {
    name: 'breaks a rule of a framework that only its repository shows',
    agent: `writeFileSync('repo/src/cart.ts', '// @ts-nocheck\\nexport const items: string[] = [];\\n');`,
    cause: 'rule',
    why: /^the rule typescript: the compiler no longer checks this place in PROJECTS\/pages\/repo\/src\/cart\.ts, line 1$/,
  },
  {
    name: 'lacks what its role requires',
    agent: `writeFileSync('repo/src/fine.ts', 'export {};\\n');`,
    cause: 'rule',
    why: /^the rule prover: a prover changes a test$/,
    step: { role: 'prover' },
  },
  {
    name: 'has a role that is not there',
    agent: `writeFileSync('repo/src/fine.ts', 'export {};\\n');`,
    cause: 'rule',
    why: /^the rule nobody: there is no role nobody, so its checks cannot run$/,
    step: { role: 'nobody' },
  },
];

const PROVER = {
  'orchestration-os/roles/prover.md':
    '---\nid: prover\nrequired:\n  - files: "test/**"\n    says: a prover changes a test\n---\nProve it.\n',
};

for (const { name, agent, cause, why, step: more = {} } of BROKEN)
  t.test(`a step that ${name} is not merged`, async (t) => {
    const made = await step(t.testdir(), agent, { step: more, rules: PROVER });
    t.equal(branches(made), '');
    t.match(made.verdicts, [{ outcome: 'unproved', cause, why }]);
  });

t.test('a step that breaks nothing is merged', async (t) => {
  const agent = `writeFileSync('repo/src/cart.ts', 'export const items: number[] = [];\\n');`;
  const made = await step(t.testdir(), agent);
  t.match(made.verdicts, [{ outcome: 'proved' }]);
  t.match(branches(made), 'refs/heads/nocturne/pages');
});

t.test('its brief has the rules and the AGENTS.md of the repository', async (t) => {
  const agent = `writeFileSync('repo/src/cart.ts', 'export const items: number[] = [];\\n');`;
  const { place } = await step(t.testdir(), agent, { step: { role: 'engineer' } });
  const found = await rules.fragments?.({
    workspace: place.workspace,
    snapshot: place.workspace.snapshot(),
    runId: '',
    signal: new AbortController().signal,
    say: () => undefined,
    project: 'pages',
    writes: ['PROJECTS/pages/repo/src/**'],
    capability: 'project',
  });
  t.match(
    found?.map(({ source, trust }) => `${trust} ${source}`),
    [
      'data PROJECTS/pages/repo/AGENTS.md',
      'instruction orchestration-os/rules/typescript.md',
      'instruction orchestration-os/rules/git.md',
      'instruction orchestration-os/rules/security.md',
    ],
  );
});
