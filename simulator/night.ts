/** Plays a story: the same story always ends in the same way. */
import { createHash } from 'node:crypto';
import { module as plans } from '../src/modules/plans/module.js';
import { EXIT, NocturneError } from '../src/kernel/error.js';
import { manager } from '../src/passes/manager/manager.js';
import { inTurn } from '../src/passes/in-turn.js';
import { type LaneResult, runLanes } from '../src/passes/run-lanes.js';
import { worker } from '../src/passes/worker/worker.js';
import type { PassReport } from '../src/passes/pass-facts.js';
import type { PassEnvironment } from '../src/passes/types.js';
import { scriptedAgents } from './agent.js';
import { checkCommit, checkCrash, checkPass } from './invariants.js';
import { machine } from './machine.js';
import { checkMorning, keepBriefing } from './morning.js';
import { actAsOwner } from './owner.js';
import { type Place, START } from './place.js';
import type { AgentScript, OwnerAct, Story } from './story.js';
import { hasUnsignedPage, openWorld, type PassEvent, reopen, type World } from './world.js';

/** `trace`: a hash over everything that was committed and reported, to compare two plays. */
export type Night = {
  readonly violations: readonly string[];
  readonly passes: number;
  readonly trace: string;
};

const PAUSE_MS = 20 * 60_000;
/** After a crash, the claim of the dead process would still be valid. */
const RESTART_MS = 60_000;
const MORNING: PassEvent = {
  kind: 'pass',
  role: 'manager',
  script: { character: 'lazy', actions: [], claims: [] },
};

export async function playNight(place: Place, scratch: string, story: Story): Promise<Night> {
  machine.begin({ seed: story.seed, now: START + 60_000, folder: scratch });
  const world = openWorld(place, afterCommit);
  try {
    for (const event of story.events) {
      machine.pass(world.passes.at(-1)?.crashed === true ? RESTART_MS : PAUSE_MS);
      if (event.kind === 'owner') actAlone(world, event.act);
      else await playPass(world, event);
      if (world.violations.length > 0) return ended(world);
    }
    if (hasUnsignedPage(world)) actAlone(world, { do: 'sign' });
    // The last claim of a pass that was slow has expired by then.
    machine.pass(3 * PAUSE_MS);
    await playPass(world, MORNING);
    if (world.violations.length === 0) checkMorning(world);
    return ended(world);
  } finally {
    world.workspace.close();
  }
}

function afterCommit(world: World): void {
  checkCommit(world);
  keepBriefing(world);
}

function ended(world: World): Night {
  return {
    violations: world.violations,
    passes: world.passes.length,
    trace: createHash('sha256').update(world.trace.join('\n')).digest('hex'),
  };
}

function actAlone(world: World, act: OwnerAct): void {
  try {
    actAsOwner(world, act);
  } catch (error) {
    const text = error instanceof Error ? error.stack : String(error);
    world.violations.push(`the owner can act between two passes: ${act.do}: ${text}`);
  }
}

async function playPass(world: World, event: PassEvent): Promise<void> {
  const before = world.runs.length;
  if (!world.passOpen) world.before = new Set(world.expected.keys());
  world.passOpen = true;
  machine.arm(event.fault);
  const attempts = await runPasses(world, event);
  const { crashed } = machine;
  const hit = event.fault !== undefined && !machine.waiting;
  machine.arm(undefined);
  world.agentAtWork = false;
  const [first] = world.runs.slice(before);
  for (const { report, error } of attempts) {
    const runId = report?.data.runId || (attempts.length === 1 ? first : undefined);
    world.passes.push({ event, runId, report, error, crashed, hit });
    const ending = crashed ? 'crashed' : (report?.outcome ?? String(error));
    // Each process has folders of its own.
    world.trace.push(ending.replace(/\/\S*\/nocturne-nights-\S+/g, 'a path'));
  }
  if (crashed) checkCrash(world);
  if (crashed) reopen(world, afterCommit);
  if (crashed || hit) {
    world.unsure = true;
    return;
  }
  judge(world, event, attempts);
}

/** How a pass ended: with a report or an error. */
type Attempt = { readonly report?: PassReport; readonly error?: unknown };

/** The pass, and those at the same time. They run as those of `night --parallel`. */
async function runPasses(world: World, event: PassEvent): Promise<readonly Attempt[]> {
  const attempts: Attempt[] = [];
  const attempt = async (run: () => Promise<PassReport>): Promise<LaneResult> => {
    try {
      const report = await run();
      attempts.push({ report });
      return report.data.found ? 'worked' : 'nothing';
    } catch (error) {
      attempts.push({ error });
      return 'stop';
    }
  };
  const { script, beside = [] } = event;
  world.sideBySide = beside.length > 0;
  if (beside.length === 0) await attempt(() => runPass(event.role, environment(world, script)));
  else {
    const environments = [script, ...beside].map((each) => environment(world, each));
    const lanes = environments.length;
    const work = (lane: number): Promise<LaneResult> =>
      attempt(() =>
        inTurn(environments[lane] ?? environment(world, script), (turn) =>
          worker(turn, { role: 'worker' }),
        ),
      );
    await runLanes({ lanes, most: lanes, mayStart: () => true, work });
  }
  return attempts;
}

function runPass(role: PassEvent['role'], env: PassEnvironment): Promise<PassReport> {
  return role === 'worker' ? worker(env, { role }) : manager(env, { role });
}

function environment(world: World, script: AgentScript): PassEnvironment {
  return {
    workspace: world.workspace,
    env: { PATH: process.env['PATH'] },
    signal: new AbortController().signal,
    say: (line: string) => world.trace.push(line),
    wait: (ms: number) => {
      machine.pass(ms);
      return new Promise((resolve) => setImmediate(resolve));
    },
    modules: [plans],
    runners: [scriptedAgents(world, script)],
  };
}

/** Without a fault, a pass ends by itself; with an unsigned page, the gate turns it away. */
function judge(world: World, event: PassEvent, attempts: readonly Attempt[]): void {
  // An agent has removed the lock: the pass must not write, and the next one cleans up.
  if (attempts.some(({ error }) => error instanceof NocturneError && error.code === 'LEASE_LOST')) {
    world.unsure = true;
    return;
  }
  for (const { report, error } of attempts) {
    if (report !== undefined) continue;
    const text = error instanceof Error ? error.stack : String(error);
    world.violations.push(`a pass ends by itself: ${event.role}: ${text}`);
    return;
  }
  const refused = attempts.find(({ report }) => report?.exit === EXIT.gate)?.report;
  if (refused !== undefined) {
    if (!hasUnsignedPage(world))
      world.violations.push(`the gate lets the next pass in: ${refused.outcome}`);
    return;
  }
  if (hasUnsignedPage(world))
    world.violations.push('the gate stops at an unsigned page: a pass was let in');
  world.passOpen = false;
  checkPass(world);
  world.unsure = false;
}
