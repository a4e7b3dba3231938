/**
 * A running pass in a copy of the guard's fixture workspace, as its doors meet it: a lease, a
 * token, a stored brief.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fixedClock } from '../../src/kernel/clock.js';
import { storePass } from '../../src/passes/pass-file.js';
import type { PassData } from '../../src/passes/types.js';
import { acquireLease } from '../../src/workspace/lease.js';
import { openWorkspace } from '../../src/workspace/open-workspace.js';
import type { Workspace } from '../../src/workspace/types.js';
import { makeWorkspace, type PassAuthority, worker } from './guard-workspace.js';

export type LivePass = {
  readonly root: string;
  readonly home: string;
  readonly workspace: Workspace;
  readonly data: PassData;
};

const DAY_MS = 86_400_000;

/** @param directory an empty folder. */
export function livePass(
  directory: string,
  options: { readonly authority?: PassAuthority; readonly change?: Partial<PassData> } = {},
): LivePass {
  const [root, home] = [join(directory, 'workspace'), join(directory, 'home')];
  for (const path of [root, home]) mkdirSync(path, { recursive: true });
  makeWorkspace(root);
  const clock = fixedClock(new Date('2026-11-21T02:00:00Z'));
  const workspace = openWorkspace(root, { home, clock });
  const { runId, role, project, phase, earlierOutputs, writes, tools } =
    options.authority ?? worker;
  const { fence } = acquireLease(workspace.root, workspace.state, {
    runId,
    holder: 'test',
    ttlMs: DAY_MS,
    clock,
    detached: true,
  });
  const data: PassData = {
    request: { role },
    driver: 'host',
    runId,
    fence,
    token: 'token-of-the-pass',
    started: '2026-11-21T01:30:00Z',
    failures: 0,
    capability: 'project',
    ...(project === undefined ? {} : { project }),
    ...(phase === undefined ? {} : { phase }),
    earlierOutputs,
    ...(tools === undefined ? {} : { tools }),
    turnedAway: [],
    writes,
    authorisations: [],
    refused: [],
    outputs: [],
    undone: [],
    criteria: [],
    stop: [],
    notes: [],
    ...options.change,
  };
  storePass(workspace.state, data, true);
  return { root: workspace.root, home, workspace, data };
}
