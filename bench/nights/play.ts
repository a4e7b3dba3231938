/** Plays one night in this process: the engine, scripted agents, and the script's own count of the work. */
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { emptyReport } from '../../src/agents/parse-report.js';
import type { RunnerKind } from '../../src/agents/runner-for.js';
import type { RunInput, RunOutcome } from '../../src/agents/types.js';
import { manager } from '../../src/passes/manager/manager.js';
import type { PassEnvironment, PassReport } from '../../src/passes/types.js';
import { worker } from '../../src/passes/worker/worker.js';
import { openWorkspace } from '../../src/workspace/open-workspace.js';
import type { Workspace } from '../../src/workspace/types.js';
import { machine } from '../../simulator/machine.js';
import { type Random, randomFrom } from '../../simulator/random.js';
import { makeWorkspace } from '../../test/support/make-workspace.js';
import { CHARACTERS, type Did } from './characters.js';
import { deskOf, filesBelow } from './desk.js';
import { type Kind, phasesPage, type Work, workOf } from './work.js';

export type Cast = { readonly slug: string; readonly kind: Kind; readonly character: string };
export type NightPlan = {
  readonly seed: number;
  readonly passes: number;
  readonly managerEvery: number;
  /** In the order of their priority. */
  readonly cast: readonly Cast[];
};

/** A worker pass as the script saw it. */
export type Played = {
  readonly project: string | undefined;
  readonly runId: string;
  readonly grade: string | undefined;
  readonly outcome: string;
  readonly undone: number;
  /** How the agent ended; `undefined`: it was not called. */
  readonly ending: string | undefined;
  readonly outputs: readonly string[];
  /** Units really done before and after. */
  readonly before: number;
  readonly after: number;
  readonly needed: number;
  readonly tokens: number;
};
export type PlayedNight = {
  readonly plan: NightPlan;
  readonly passes: readonly Played[];
  /** In their order, with the number of worker passes before each. */
  readonly managers: readonly { readonly after: number; readonly outcome: string }[];
  readonly briefings: readonly string[];
  /** Units really done in the end. */
  readonly done: Readonly<Record<string, number>>;
  readonly error: string | undefined;
};

const START = Date.parse('2026-11-21T22:00:00Z');
const BETWEEN_MS = 5 * 60_000;
const REPOSITORY = fileURLToPath(new URL('../../../', import.meta.url));

export async function playNight(scratch: string, plan: NightPlan): Promise<PlayedNight> {
  rmSync(scratch, { recursive: true, force: true });
  mkdirSync(scratch, { recursive: true });
  machine.begin({ seed: plan.seed, now: START, folder: scratch });
  const root = place(scratch, plan);
  const workspace = openWorkspace(root.root, { home: root.home, clock: machine.clock });
  const night = new Night(workspace, plan);
  try {
    await night.play();
  } catch (error) {
    night.error = error instanceof Error ? (error.stack ?? error.message) : String(error);
  } finally {
    workspace.close();
  }
  return night.result();
}

function place(scratch: string, { cast }: NightPlan): { root: string; home: string } {
  const made = makeWorkspace(scratch, {
    files: { ...ownersPages(cast), ...Object.assign({}, ...cast.map(projectFiles)) },
    at: new Date(START).toISOString(),
  });
  made.workspace.close();
  const files = filesBelow(join(made.root, 'PROJECTS'));
  for (const path of files.keys())
    utimesSync(join(made.root, 'PROJECTS', path), START / 1000, START / 1000);
  return made;
}

function ownersPages(cast: readonly Cast[]): Record<string, string> {
  const shipped = (path: string): string => readFileSync(join(REPOSITORY, path), 'utf8');
  const rows = cast.map(
    ({ slug, kind }, i) =>
      `| ${i + 1} | ${slug} | PROJECTS/${slug}/LONGRUNNER.md | ${kind} | active | - | - |\n`,
  );
  return {
    'ACTIVE-PROJECTS.md': shipped('ACTIVE-PROJECTS.md').replace(
      /(\|---\|.*\n)/,
      `$1${rows.join('')}`,
    ),
    'MODEL-TIERS.md': shipped('MODEL-TIERS.md').replaceAll('local-model', 'scripted'),
    'orchestration-os/RUNNERS.md': `${shipped('orchestration-os/RUNNERS.md')}\n## scripted an agent of the bench\n\n- **Kind:** scripted\n`,
  };
}

function projectFiles({ slug, kind }: Cast): Record<string, string> {
  const { material, writes } = workOf(kind);
  const phases = phasesPage(kind);
  const [, objective = ''] = /\*\*Objective:\*\* (.*)/.exec(phases) ?? [];
  const longrunner = `---
mission: Know the ${slug} of the owner.
phase:
  name: ${kind}
  objective: ${JSON.stringify(objective)}
  stop_condition: []
  started: ${new Date(START).toISOString().replace('.000', '')}
  status: active
  successor: null
transition: { triggered_at: null, expires_at: null, timeout_days: 3, reescalations: 0 }
last_pass:
  date: null
  objective: null
  outputs: []
next_pass:
  objective: ${JSON.stringify(objective)}
  model_tier: standard
  requires: []
  criteria: []
  writes: ${JSON.stringify(writes)}
---

# ${slug}
`;
  const own = { ...material, 'LONGRUNNER.md': longrunner, 'PHASES.md': phases };
  return Object.fromEntries(
    Object.entries(own).map(([path, text]) => [`PROJECTS/${slug}/${path}`, text]),
  );
}

class Night {
  error: string | undefined;
  readonly #passes: Played[] = [];
  readonly #managers: { after: number; outcome: string }[] = [];
  readonly #briefings: string[] = [];
  readonly #turns = new Map<string, number>();
  readonly #works: ReadonlyMap<string, { readonly work: Work; readonly character: string }>;
  readonly #random: Random;
  #called: { readonly did: Did; readonly tokens: number } | undefined;

  constructor(
    readonly workspace: Workspace,
    readonly plan: NightPlan,
  ) {
    this.#random = randomFrom(plan.seed);
    this.#works = new Map(
      plan.cast.map(({ slug, kind, character }) => [slug, { work: workOf(kind), character }]),
    );
  }

  /** As the command `night` does it. */
  async play(): Promise<void> {
    const { passes, managerEvery } = this.plan;
    let ended = 0;
    for (let started = 0; started < passes; started++) {
      machine.pass(BETWEEN_MS);
      const report = await this.#pass();
      const { exit, data } = report;
      if (exit === 3) throw new Error(`the gate refused the pass: ${report.outcome}`);
      if (!data.found || (data.project === undefined && exit !== 0)) break;
      ended++;
      if (ended % managerEvery === 0 && ended < passes) await this.#manager();
    }
    await this.#manager();
  }

  result(): PlayedNight {
    return {
      plan: this.plan,
      passes: this.#passes,
      managers: this.#managers,
      briefings: this.#briefings,
      done: Object.fromEntries([...this.#works.keys()].map((slug) => [slug, this.#truth(slug)])),
      error: this.error,
    };
  }

  async #pass(): Promise<PassReport> {
    const before = new Map([...this.#works.keys()].map((slug) => [slug, this.#truth(slug)]));
    this.#called = undefined;
    const report = await worker(this.#environment(), { role: 'worker' });
    const { data, outcome } = report;
    const slug = data.project;
    const called = this.#called as { readonly did: Did; readonly tokens: number } | undefined;
    if (!data.found && called === undefined) return report;
    this.#passes.push({
      project: slug,
      runId: data.runId,
      grade: data.quality,
      outcome,
      undone: data.undone.length,
      ending: called?.did.ending,
      outputs: data.outputs,
      before: slug === undefined ? 0 : (before.get(slug) ?? 0),
      after: slug === undefined ? 0 : this.#truth(slug),
      needed: slug === undefined ? 0 : (this.#works.get(slug)?.work.needed ?? 0),
      tokens: called?.tokens ?? 0,
    });
    return report;
  }

  async #manager(): Promise<void> {
    machine.pass(BETWEEN_MS);
    const { outcome } = await manager(this.#environment(), { role: 'manager' });
    this.#managers.push({ after: this.#passes.length, outcome });
    const page = readFileSync(join(this.workspace.root, 'NOTIFICATIONS.md'), 'utf8');
    const [, body = ''] = /^## Briefing$(.*?)^## Inbox$/ms.exec(page) ?? [];
    this.#briefings.push(body);
  }

  #truth(slug: string): number {
    const { work } = this.#works.get(slug) ?? {};
    const folder = join(this.workspace.root, 'PROJECTS', slug);
    if (work === undefined || !existsSync(folder)) return 0;
    return Math.min(work.needed, work.done(filesBelow(folder)).size);
  }

  #environment(): PassEnvironment {
    return {
      workspace: this.workspace,
      env: { PATH: process.env['PATH'] },
      signal: new AbortController().signal,
      say: () => undefined,
      wait: (ms: number) => {
        machine.pass(ms);
        return Promise.resolve();
      },
      modules: [],
      runners: [this.#agents()],
    };
  }

  #agents(): RunnerKind {
    const run = (input: RunInput): Promise<RunOutcome> => Promise.resolve(this.#agent(input));
    return {
      kind: 'scripted',
      program: '',
      make: () => Promise.resolve({ name: 'scripted', run }),
    };
  }

  #agent(input: RunInput): RunOutcome {
    const slug = input.brief.project;
    const cast = this.#works.get(slug);
    const turn = this.#turns.get(slug) ?? 0;
    this.#turns.set(slug, turn + 1);
    const desk = deskOf({
      kind: cast?.work.kind ?? 'write',
      prompt: input.prompt,
      folder: join(input.workspaceRoot, 'PROJECTS', slug),
      turn,
      random: this.#random,
      now: machine.clock.now(),
    });
    machine.pass(60_000);
    const did =
      cast === undefined ? NOTHING_TO_DO : (CHARACTERS[cast.character]?.(desk) ?? NOTHING_TO_DO);
    const { tokensIn, tokensOut } = desk.spent();
    const outcome = outcomeOf(did, { tokensIn, tokensOut, model: input.model });
    this.#called = { did, tokens: tokensIn + tokensOut + REPORT_TOKENS };
    return outcome;
  }
}

/** Idle work: no character of these nights is asked for it. */
const NOTHING_TO_DO: Did = { ending: 'finished', outputs: [], summary: 'Nothing to do.' };
const REPORT_TOKENS = 150;

function outcomeOf(
  { ending, outputs, summary, next, said = '', answers }: Did,
  usage: { readonly tokensIn: number; readonly tokensOut: number; readonly model: string },
): RunOutcome {
  const yes = answers === 'all' || answers === 'two';
  const report = {
    ...emptyReport([]),
    summary,
    outputs,
    nextObjective: next,
    answers:
      answers === undefined
        ? undefined
        : { nonObvious: yes, durable: yes, compounding: answers === 'all' },
  };
  const end =
    ending === 'finished'
      ? ({ kind: 'finished' } as const)
      : ({ kind: 'failed', failure: ending } as const);
  return {
    ...end,
    detail: ending === 'finished' ? '' : said,
    usage: { tokensIn: usage.tokensIn, tokensOut: usage.tokensOut + REPORT_TOKENS, cost: undefined },
    report,
    tail: said,
    model: usage.model,
  };
}

/** Keeps a copy of the workspace, to look at after the night. */
export function keepWorkspace(scratch: string, target: string): void {
  cpSync(join(scratch, 'workspace'), target, { recursive: true });
}
