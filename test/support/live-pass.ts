/**
 * A running pass in a copy of the guard's fixture workspace, as its doors meet it: a lease, a
 * token, a stored brief.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { NO_SANDBOX } from './no-sandbox.js';
import type { Brief, RunnerSpec } from '../../src/agents/types.js';
import { fixedClock } from '../../src/kernel/clock.js';
import { storePass } from '../../src/passes/pass-file.js';
import type { Briefed } from '../../src/passes/types.js';
import { claimPass } from '../../src/workspace/pass-lock.js';
import { openWorkspace } from '../../src/workspace/open-workspace.js';
import type { Workspace } from '../../src/workspace/types.js';
import { makeWorkspace, type PassAuthority, worker } from './guard-workspace.js';

export type LivePass = {
  readonly root: string;
  readonly home: string;
  readonly workspace: Workspace;
  readonly data: Briefed;
};

const RUNNER: RunnerSpec = {
  name: 'script',
  kind: 'command',
  program: 'node',
  args: [],
  endpoint: '',
  apiKeyEnv: '',
  passEnv: [],
  keys: [],
  sandbox: NO_SANDBOX,
  capability: 'project',
};
const BRIEF: Brief = {
  runId: '',
  token: '',
  role: 'worker',
  project: '',
  objective: '',
  fragments: [],
  mayWrite: [],
  mustNot: [],
  budget: {
    maxMinutes: 30,
    maxTokens: undefined,
    maxCost: undefined,
    idleSeconds: 300,
    patience: { calls: 10, minutes: 10 },
    contextBudget: 40_000,
  },
  criteria: [],
  stopCondition: [],
  programs: [],
  sandbox: '',
};
const DAY_MS = 86_400_000;

/** @param directory an empty folder. */
export function livePass(
  directory: string,
  options: { readonly authority?: PassAuthority; readonly change?: Partial<Briefed> } = {},
): LivePass {
  const [root, home] = [join(directory, 'workspace'), join(directory, 'home')];
  for (const path of [root, home]) mkdirSync(path, { recursive: true });
  makeWorkspace(root);
  const clock = fixedClock(new Date('2026-11-21T02:00:00Z'));
  const workspace = openWorkspace(root, { home, clock });
  const { runId, role, project, phase, earlierOutputs, writes, tools } =
    options.authority ?? worker;
  const { claim } = claimPass(workspace.root, workspace.state, {
    runId,
    role,
    ttlMs: DAY_MS,
    clock,
    detached: true,
  });
  const data: Briefed = {
    request: { role },
    driver: 'host',
    idle: undefined,
    session: undefined,
    endedBy: undefined,
    runId,
    fence: claim.fence,
    token: 'token-of-the-pass',
    started: '2026-11-21T01:30:00Z',
    failures: 0,
    notes: [],
    project,
    phase,
    earlierOutputs,
    subject: project ?? 'repair',
    objective: 'Write the page.',
    writes,
    tools,
    tier: { name: 'standard', runner: 'script', model: '', maxMinutes: 30 },
    runner: RUNNER,
    capability: 'project',
    sandbox: { kind: 'off' },
    brief: BRIEF,
    prompt: '',
    sources: [],
    baseline: { files: {}, links: {} },
    ...options.change,
  };
  storePass(workspace.state, data, { waiting: true });
  return { root: workspace.root, home, workspace, data };
}
