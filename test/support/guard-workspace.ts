/**
 * A copy of the guard's fixture workspace with the links that git does not keep, and a pass that
 * works in it.
 */
import { cpSync, linkSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { decide, type DecideOptions } from '../../src/governance/guard/decide.js';
import type { Action, Authority, Decision } from '../../src/governance/types.js';
import { openSnapshot } from '../../src/workspace/snapshot.js';

const FIXTURE = join(import.meta.dirname, '../../../test/fixtures/guard-workspace');

export type PassAuthority = Extract<Authority, { kind: 'pass' }>;
export const worker: PassAuthority = {
  kind: 'pass',
  runId: 'RUN-20261121-001',
  role: 'worker',
  project: 'inventory',
  phase: 'collect',
  earlierOutputs: ['PROJECTS/inventory/outputs/old.md'],
  writes: [
    'PROJECTS/inventory/outputs/**',
    'PROJECTS/inventory/LONGRUNNER-DRAFT.md',
    'memory/*.md',
    'journal.md',
  ],
  tools: undefined,
};

/** @param root an empty folder. */
export function makeWorkspace(root: string): string {
  cpSync(FIXTURE, root, { recursive: true });
  mkdirSync(join(root, '.nocturne'), { recursive: true });
  const outputs = join(root, 'PROJECTS/inventory/outputs');
  symlinkSync('../../../SOUL.md', join(outputs, 'soul-link.md'));
  symlinkSync('/tmp', join(outputs, 'away'));
  symlinkSync('../../other/outputs', join(outputs, 'theirs'));
  linkSync(join(root, 'docs/guide.md'), join(outputs, 'hard.md'));
  return root;
}

/** Asks about one action on a fresh snapshot. */
export function ask(
  root: string,
  action: Action,
  about: { readonly authority?: Authority; readonly options?: DecideOptions } = {},
): Decision {
  return decide(
    openSnapshot(root, { now: new Date('2026-11-21T02:00:00Z') }),
    about.authority ?? worker,
    action,
    about.options,
  );
}
