/**
 * Plays one night in this process, as the command `night` does it: the real engine, scripted agents,
 * and the script's own count of the work before and after each pass.
 */
import { environment } from '../../test/passes/pass-workspace.js';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { manager } from '../../src/passes/manager/manager.js';
import type { PassReport } from '../../src/passes/pass-facts.js';
import type { PassEnvironment } from '../../src/passes/types.js';
import { worker } from '../../src/passes/worker/worker.js';
import { openWorkspace } from '../../src/workspace/open-workspace.js';
import type { Workspace } from '../../src/workspace/types.js';
import { machine } from '../../simulator/machine.js';
import { agentsOf, type Called } from './agents.js';
import type { Ending } from './characters.js';
import { filesBelow } from './desk.js';
import { makePlace } from './place.js';
import type { NightPlan } from './plan.js';
import { workOf } from './work.js';

/** A worker pass as the script saw it. */
export type Played = {
  /** `undefined`: idle work. */
  readonly project: string | undefined;
  /** Projects for which a question was open when it began. */
  readonly waiting: readonly string[];
  readonly runId: string;
  readonly grade: string | undefined;
  readonly outcome: string;
  readonly undone: number;
  /** How the agent ended; `undefined`: it was not called. */
  readonly ending: Ending | undefined;
  readonly outputs: readonly string[];
  /** Units really done before and after. */
  readonly before: number;
  readonly after: number;
  readonly needed: number;
  readonly tokens: number;
  /** Of these, tokens of the prompt, which each call of the model reads again. */
  readonly promptTokens: number;
  /** A pass without real progress whose text may meet tests that see only the form. */
  readonly mayPass: boolean;
};
export type PlayedNight = {
  readonly plan: NightPlan;
  readonly passes: readonly Played[];
  /** Outcomes of the manager passes. */
  readonly managers: readonly string[];
  readonly briefings: readonly string[];
  /** Units really done in the end. */
  readonly done: Readonly<Record<string, number>>;
  /** What broke the night off. */
  readonly error: string | undefined;
};

const START = Date.parse('2026-11-21T22:00:00Z');
const BETWEEN_MS = 5 * 60_000;
const GATE = 3;

export async function playNight(scratch: string, plan: NightPlan): Promise<PlayedNight> {
  rmSync(scratch, { recursive: true, force: true });
  mkdirSync(scratch, { recursive: true });
  machine.begin({ seed: plan.seed, now: START, folder: scratch });
  const { root, home } = makePlace(scratch, plan.cast, START);
  const workspace = openWorkspace(root, { home, clock: machine.clock });
  const night = begin(workspace, plan);
  let error: string | undefined;
  try {
    await playPasses(night);
  } catch (thrown) {
    error = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
  } finally {
    workspace.close();
  }
  const { passes, managers, briefings } = night;
  return { plan, passes, managers, briefings, done: Object.fromEntries(truth(night)), error };
}

type Night = {
  readonly workspace: Workspace;
  readonly plan: NightPlan;
  readonly env: PassEnvironment;
  readonly passes: Played[];
  readonly managers: string[];
  readonly briefings: string[];
  readonly called: Called[];
};

function begin(workspace: Workspace, plan: NightPlan): Night {
  const called: Called[] = [];
  const env = environment(
    { workspace },
    {
      env: { PATH: process.env['PATH'] },
      wait: (ms: number) => {
        machine.pass(ms);
        return Promise.resolve();
      },
      runners: [agentsOf(plan, (agent) => called.push(agent))],
    },
  );
  return { workspace, plan, env, called, passes: [], managers: [], briefings: [] };
}

async function playPasses(night: Night): Promise<void> {
  const { passes: most, managerEvery } = night.plan;
  for (let ended = 0; ended < most; ) {
    machine.pass(BETWEEN_MS);
    const { exit, outcome, data } = await playWorker(night);
    if (exit === GATE) throw new Error(`the gate refused the pass: ${outcome}`);
    if (!data.found || (data.project === undefined && exit !== 0)) break;
    ended++;
    if (ended % managerEvery === 0 && ended < most) await playManager(night);
  }
  await playManager(night);
}

async function playWorker(night: Night): Promise<PassReport> {
  const before = truth(night);
  const waiting = waitingIn(night);
  const first = night.called.length;
  const report = await worker(night.env, { role: 'worker' });
  const { data, outcome } = report;
  const agents = night.called.slice(first);
  if (!data.found && agents.length === 0) return report;
  const slug = data.project ?? '';
  const kind = night.plan.cast.find((cast) => cast.slug === slug)?.kind;
  const work = kind === undefined ? undefined : workOf(kind);
  const [from, to] = [before.get(slug) ?? 0, truth(night).get(slug) ?? 0];
  night.passes.push({
    project: data.project,
    waiting,
    runId: data.runId,
    grade: data.quality,
    outcome,
    undone: data.undone.length,
    ending: agents.at(-1)?.ending,
    outputs: data.outputs,
    before: from,
    after: to,
    needed: work?.needed ?? 0,
    mayPass: work?.formOnly === true && to <= from && data.outputs.length > 0,
    tokens: sumOf(agents, ({ tokensIn, tokensOut }) => tokensIn + tokensOut),
    promptTokens: sumOf(agents, ({ prompt, calls }) => prompt * (calls + 1)),
  });
  return report;
}

function sumOf(agents: readonly Called[], count: (spent: Called['spent']) => number): number {
  return agents.reduce((sum, { spent }) => sum + count(spent), 0);
}

async function playManager({ workspace, env, managers, briefings }: Night): Promise<void> {
  machine.pass(BETWEEN_MS);
  const { outcome } = await manager(env, { role: 'manager' });
  managers.push(outcome);
  const page = readFileSync(join(workspace.root, 'NOTIFICATIONS.md'), 'utf8');
  briefings.push(/^## Briefing$(.*?)^## Inbox$/ms.exec(page)?.[1] ?? '');
}

/** By the last cell of their rows, in which a question stands. */
function waitingIn({ workspace, plan }: Night): readonly string[] {
  const lines = readFileSync(join(workspace.root, 'ACTIVE-PROJECTS.md'), 'utf8').split('\n');
  return plan.cast
    .map(({ slug }) => slug)
    .filter((slug) => lines.some((line) => line.includes(` ${slug} `) && !/\| - \|$/.test(line)));
}

/** Units that are really done, by project. */
function truth({ workspace, plan }: Night): ReadonlyMap<string, number> {
  return new Map(
    plan.cast.map(({ slug, kind }) => {
      const { needed, done } = workOf(kind);
      const files = filesBelow(join(workspace.root, 'PROJECTS', slug));
      return [slug, Math.min(needed, done(files).size)];
    }),
  );
}
