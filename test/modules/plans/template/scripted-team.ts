/**
 * A small project with code in it, a plan from a shipped template, and an agent that does each step
 * by a script, or one of them badly.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { whySentence } from '../../../../src/modules/plans/commands/why-sentence.js';
import { newPlan } from '../../../../src/modules/plans/engine/new-plan.js';
import { module } from '../../../../src/modules/plans/module.js';
import { readPlan } from '../../../../src/modules/plans/page/read-plan.js';
import { newPage } from '../../../../src/modules/plans/page/write-page.js';
import { drive } from '../../../../src/modules/plans/run/drive.js';
import { instantiate } from '../../../../src/modules/plans/template/instantiate.js';
import { filesOf, templateOf } from '../../../../src/modules/plans/template/installed-templates.js';
import type { Plan, StepDefinition } from '../../../../src/modules/plans/types.js';
import { fieldText } from '../../../../src/project/field-text.js';
import { bundleChanges } from '../../../../src/workspace/bundle.js';
import { openWorkspace } from '../../../../src/workspace/open-workspace.js';
import type { Workspace } from '../../../../src/workspace/types.js';
import { placeWithProject, programRunner, runnersPage } from '../../../passes/pass-workspace.js';

const PROJECT = 'pages';
const START = '2026-11-21T01:30:00Z';

export type Team = {
  readonly template: string;
  readonly vars: Readonly<Record<string, string>>;
  /** Besides the code, at paths of the project. */
  readonly files?: Readonly<Record<string, string>>;
};

const CODE: Readonly<Record<string, string>> = {
  'repo/src/add.mjs': 'export const add = (a, b) => a - b;\n',
  'repo/test/zero.mjs':
    "import { add } from '../src/add.mjs';\nif (add(0, 0) !== 0) process.exit(1);\n",
  'repo/package.json': '{ "name": "adder", "dependencies": { "left": "1.0.0" } }\n',
  'repo/docs/add.md': '# Add\n',
  'repo/test.mjs': `import { readdirSync } from 'node:fs';
for (const file of readdirSync(new URL('test', import.meta.url)).sort())
  await import(new URL('test/' + file, import.meta.url));
`,
};

/** Writes what the sections, tables and files of each objective ask for. */
const AGENT = `import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
const { objective, mayWrite } = JSON.parse(readFileSync(process.env.NOCTURNE_BRIEF, 'utf8'));
const write = (path, text) => {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
};
const section = (name, text = 'Some words about it, as many as a reader needs.') => '## ' + name + '\\n\\n' + text + '\\n\\n';
const table = (columns, rows) =>
  '|' + columns.join('|') + '|\\n|' + columns.map(() => '---').join('|') + '|\\n' +
  Array.from({ length: rows }, (_, i) => '|' + columns.map((column) => column + ' ' + i).join('|') + '|\\n').join('');
const may = (part) => mayWrite.some((glob) => glob.includes(part));
if (!objective.includes('IDLE')) {
  const [, path] = /[Ww]rite (outputs\\/[\\w./-]+\\w)/.exec(objective) ?? /(outputs\\/[\\w./-]+\\w)/.exec(mayWrite.join(' ')) ?? [];
  let text = '# A page\\n\\n';
  for (const [, name] of objective.matchAll(/"## ([^"]+)"/g)) {
    const [, columns] = new RegExp('"## ' + name + '" a table with the columns ([^.]+?)(?:\\\\.|, and under|;)', 's').exec(objective) ?? [];
    if (name === 'Nothing new') continue;
    if (name === 'Findings' && columns === undefined || name === 'Wrong') text += section(name, 'None');
    else if (columns === undefined) text += section(name);
    else text += section(name, table(columns.replace(/\\([^)]*\\)/g, '').split(/,|\\sand\\s/).map((word) => word.trim()), 5));
  }
  if (path !== undefined && may(path)) write(path, text + 'x'.repeat(500));
  if (may('repo/src')) write('repo/src/add.mjs', 'export const add = (a, b) => a + b;\\n');
  if (may('repo/test')) write('repo/test/one.mjs', "import { add } from '../src/add.mjs';\\nif (add(1, 1) !== 2) process.exit(1);\\n");
  if (may('repo/docs')) appendFileSync('repo/docs/add.md', '\\nIt adds.\\n');
}
console.log('\`\`\`nocturne-report\\nsummary: done\\noutputs: []\\nanswers: { non_obvious: true, durable: true, compounding: true }\\nnext_objective: Go on.\\n\`\`\`');
`;

export class TeamAtWork {
  readonly #workspace: Workspace;
  #time = new Date(START);

  constructor(directory: string, team: Team, change: (step: StepDefinition) => StepDefinition) {
    const files = { ...CODE, ...team.files };
    const { root, home, workspace } = placeWithProject(directory, AGENT, {
      runner: 'boxed',
      files: {
        'orchestration-os/RUNNERS.md': runnersPage(programRunner()),
        ...Object.fromEntries(
          Object.entries(files).map(([path, text]) => [`PROJECTS/${PROJECT}/${path}`, text]),
        ),
      },
    });
    workspace.close();
    this.#workspace = openWorkspace(root, { home, clock: { now: () => this.#time } });
    this.#write(team, change);
  }

  #write({ template, vars }: Team, change: (step: StepDefinition) => StepDefinition): void {
    const snapshot = this.#workspace.snapshot();
    const read = templateOf(snapshot, template);
    if (read.kind === 'problems') throw new Error(JSON.stringify(read.problems));
    const made = instantiate(
      read.template,
      { context: 'Adding works', vars },
      { templateOf: (id) => templateOf(snapshot, id), files: filesOf(snapshot, PROJECT) },
    );
    if (made.kind === 'problems') throw new Error(JSON.stringify(made.problems));
    const definitions = made.plan.definitions.map(change);
    const plan = newPlan({ ...made.plan, project: PROJECT, definitions }, START);
    const content = newPage(plan).replace('status: draft', 'status: approved');
    const path = `PROJECTS/${PROJECT}/PLAN.md`;
    writeFileSync(join(this.#workspace.root, path), content);
  }

  get plan(): Plan {
    const { plan, problems } = readPlan(this.#workspace.snapshot(), PROJECT);
    if (plan === undefined) throw new Error(JSON.stringify(problems));
    return plan;
  }

  /** As `plan why` says it. */
  why(step: string): string {
    const snapshot = this.#workspace.snapshot();
    return whySentence(snapshot, readPlan(snapshot, PROJECT), step).sentence;
  }

  /** Until nothing is ready; the clock goes on by the pauses between tries. */
  async work(): Promise<void> {
    const after = (ms: number): void => {
      this.#time = new Date(this.#time.getTime() + ms);
    };
    await drive(
      {
        workspace: this.#workspace,
        env: process.env,
        signal: new AbortController().signal,
        say: () => undefined,
        wait: async (ms) => after(ms),
        modules: [module],
        runners: [],
      },
      { project: PROJECT, lanes: 1, most: 100, pause: () => this.#pause() },
    );
  }

  #pause(): number | undefined {
    const ends = [...this.plan.steps.values()].flatMap(({ state, until }) =>
      state === 'retry' && until !== undefined ? [Date.parse(until)] : [],
    );
    const ms = Math.min(...ends) - this.#time.getTime();
    return Number.isFinite(ms) ? Math.max(0, ms) + 1000 : undefined;
  }

  /** The owner says yes to each question of a step, or lets its time go by. @returns how many. */
  answer(says: (step: string) => 'yes' | 'nothing'): number {
    const asked = [...this.plan.steps].filter(([, { state }]) => state === 'asked');
    if (asked.some(([step]) => says(step) === 'nothing')) {
      this.#time = new Date(this.#time.getTime() + 7 * 86_400_000);
      return asked.length;
    }
    this.#workspace.commit((snapshot) => {
      const topics = new Set(asked.map(([step]) => `plan/${PROJECT}/${step}`));
      const questions = snapshot
        .records('NOTIFICATION')
        .filter((record) => topics.has(fieldText(record, 'topic')));
      const calls = questions.map(({ key: id }) =>
        bundleChanges(snapshot, 'notification_answer', { id, answer: 'yes', status: 'approved' }),
      );
      return {
        actor: { kind: 'owner', name: 'owner' },
        runId: '',
        reason: 'answers',
        changes: calls.flatMap(({ changes }) => changes),
      };
    });
    return asked.length;
  }

  close(): void {
    this.#workspace.close();
  }
}
