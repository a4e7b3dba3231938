/** Plays a story: the same story always ends in the same way. */
import { createHash } from 'node:crypto';
import { NocturneError } from '../src/kernel/error.js';
import { manager } from '../src/passes/manager/manager.js';
import { worker } from '../src/passes/worker/worker.js';
import type { PassReport } from '../src/passes/types.js';
import { scriptedAgents } from './agent.js';
import { checkCommit, checkPass } from './invariants.js';
import { machine } from './machine.js';
import { checkMorning, keepBriefing } from './morning.js';
import { actAsOwner } from './owner.js';
import { type Place, START } from './place.js';
import type { Story } from './story.js';
import { hasUnsignedPage, openWorld, type PassEvent, reopen, type World } from './world.js';

/** `trace`: a hash over everything that was committed and reported, to compare two plays. */
export type Night = {
  readonly violations: readonly string[];
  readonly passes: number;
  readonly trace: string;
};

const PAUSE_MS = 20 * 60_000;
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
      machine.pass(PAUSE_MS);
      if (event.kind === 'owner') actAsOwner(world, event.act);
      else await playPass(world, event);
      if (world.violations.length > 0) return ended(world);
    }
    if (hasUnsignedPage(world)) actAsOwner(world, { do: 'sign' });
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

async function playPass(world: World, event: PassEvent): Promise<void> {
  const before = world.runs.length;
  if (!world.passOpen) world.before = new Set(world.expected.keys());
  world.passOpen = true;
  machine.arm(event.fault);
  let report: PassReport | undefined;
  let error: unknown;
  try {
    report = await runPass(world, event);
  } catch (thrown) {
    error = thrown;
  }
  const { crashed } = machine;
  const hit = event.fault !== undefined && !machine.waiting;
  machine.arm(undefined);
  world.agentAtWork = false;
  const runId = report?.data.runId || world.runs.slice(before)[0];
  world.passes.push({ event, runId, report, error, crashed, hit });
  world.trace.push(`${crashed ? 'crashed' : (report?.outcome ?? String(error))}`);
  if (crashed) reopen(world, afterCommit);
  if (crashed || hit) {
    world.unsure = true;
    return;
  }
  judge(world, event, { report, error });
}

function runPass(world: World, { role, script }: PassEvent): Promise<PassReport> {
  const env = {
    workspace: world.workspace,
    env: {},
    signal: new AbortController().signal,
    say: (line: string) => world.trace.push(line),
    wait: (ms: number) => {
      machine.pass(ms);
      return Promise.resolve();
    },
    modules: [],
    runners: [scriptedAgents(world, script)],
  };
  return role === 'worker' ? worker(env, { role }) : manager(env, { role });
}

/** Without a fault, a pass ends by itself; with an unsigned page, the gate turns it away. */
function judge(
  world: World,
  event: PassEvent,
  { report, error }: { readonly report: PassReport | undefined; readonly error: unknown },
): void {
  // An agent has removed the lock: the pass must not write, and the next one cleans up.
  if (error instanceof NocturneError && error.code === 'LEASE_LOST') {
    world.unsure = true;
    return;
  }
  if (report === undefined) {
    const text = error instanceof Error ? error.stack : String(error);
    world.violations.push(`a pass ends by itself: ${event.role}: ${text}`);
    return;
  }
  if (report.exit === 3) {
    if (!hasUnsignedPage(world))
      world.violations.push(`the gate lets the next pass in: ${report.outcome}`);
    return;
  }
  if (hasUnsignedPage(world))
    world.violations.push('the gate stops at an unsigned page: a pass was let in');
  world.passOpen = false;
  checkPass(world);
  world.unsure = false;
}
