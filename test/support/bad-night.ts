/**
 * A night of 20 passes that went badly: failures, an undone change, a crash, a cost, and four
 * questions to the owner, in an owned workspace with a clock of its own.
 */
import { readFileSync } from 'node:fs';
import { longrunnerOf } from '../passes/pass-workspace.js';
import { type BundleArguments, bundleChanges } from '../../src/workspace/bundle.js';
import { openWorkspace } from '../../src/workspace/open-workspace.js';
import type { AuditEntry, Workspace } from '../../src/workspace/types.js';
import { makeWorkspace } from './make-workspace.js';

const shipped = (path: string): string =>
  readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');
const START = new Date('2026-11-21T23:00:00Z');
const SLUGS = ['inventory', 'harbour', 'tea', 'maps'];
const project = (slug: string): string =>
  longrunnerOf({
    title: slug,
    mission: `All about ${slug}.`,
    objective: `List ${slug}.`,
    first: `Write about ${slug}.`,
    next: ['model_tier: standard', 'writes: ["outputs/**"]'],
  }).replace('  outputs: []\n', '  outputs: []\n  distance: 0.2667\n  progress: 220 of 300\n');

export type Clocked = {
  readonly root: string;
  readonly home: string;
  readonly workspace: Workspace;
  readonly clock: { time: Date };
};

export function nightWorkspace(directory: string): Clocked {
  const rows = SLUGS.map(
    (slug, i) =>
      `| ${i + 1} | ${slug} | PROJECTS/${slug}/LONGRUNNER.md | write | active | - | - |\n`,
  ).join('');
  const made = makeWorkspace(directory, {
    files: {
      'ACTIVE-PROJECTS.md': shipped('ACTIVE-PROJECTS.md').replace(/(\|---\|.*\n)/, `$1${rows}`),
      'USER.md': shipped('USER.md').replace('**Time zone:** UTC', '**Time zone:** Europe/Lisbon'),
      'PROJECTS/inventory/outputs/list.md': '# All the packages\n',
      'PROJECTS/tea/outputs/leaves.md': '# Leaves\n',
      ...Object.fromEntries(SLUGS.map((slug) => [`PROJECTS/${slug}/LONGRUNNER.md`, project(slug)])),
    },
  });
  const clock = { time: START };
  const { root, home } = made;
  const workspace = openWorkspace(root, { home, clock: { now: () => clock.time } });
  return { root, home, workspace, clock };
}

export const row = (entry: Partial<AuditEntry>): AuditEntry => ({
  step: 'T4',
  type: 'note',
  target: '',
  authorisation: '',
  result: 'ok',
  detail: '',
  ...entry,
});

export function commitBundle(
  workspace: Workspace,
  bundle: { readonly name: string; readonly args: BundleArguments },
  more: { readonly runId: string; readonly audit?: readonly AuditEntry[] },
): void {
  const { name, args } = bundle;
  workspace.commit((snapshot) => ({
    actor: { kind: 'nocturne', name: 'nocturne' },
    runId: more.runId,
    reason: name,
    ...bundleChanges(snapshot, name, args),
    audit: more.audit ?? [],
  }));
}

type Ended = {
  readonly number: number;
  readonly slug: string;
  readonly grade: string | null;
  readonly outcome: string;
  readonly audit?: readonly AuditEntry[];
};

export function endRun(
  { workspace, clock }: Clocked,
  { number, slug, grade, outcome, audit = [] }: Ended,
): void {
  clock.time = new Date(START.getTime() + number * 600_000);
  const runId = `RUN-20261121-${String(number).padStart(3, '0')}`;
  const used = { tokens_in: 1000, tokens_out: 100, cost: 0.01 };
  const args = {
    run_id: runId,
    role: 'worker',
    ...used,
    started: START.toISOString(),
    integrity: 'pass',
    project: slug,
    outcome,
    grade,
    failures: 0,
  };
  commitBundle(workspace, { name: 'session_close', args }, { runId, audit });
}

/** 20 passes: 14 good, 3 FAIL, 2 of them with an undone change, 1 crash, 2 weak; 4 questions. */
export function badNight(place: Clocked): void {
  const wrote = row({ type: 'write', target: 'PROJECTS/inventory/outputs/list.md' });
  for (let number = 1; number <= 14; number++)
    endRun(place, {
      number,
      slug: 'inventory',
      grade: 'STRONG',
      outcome: `STRONG: ${200 + number} of 300 packages are listed`,
      audit: [wrote],
    });
  const failed = (number: number, audit: readonly AuditEntry[]): void =>
    endRun(place, {
      number,
      slug: 'harbour',
      grade: 'FAIL',
      outcome: `FAIL: none of its 2 criteria is met: expected at least ${number} crates; found 3 crates in PROJECTS/harbour/outputs/crates.md:7 (of 2026-11-21T23:10:00Z); the agent says: "all done"`,
      audit,
    });
  const undone = (target: string): AuditEntry =>
    row({ step: 'T5', type: 'write', target, result: 'restored', detail: 'tier-protected' });
  failed(15, [undone('SOUL.md')]);
  failed(16, [undone('REGISTRY.md')]);
  failed(17, []);
  for (const number of [18, 19])
    endRun(place, {
      number,
      slug: 'tea',
      grade: 'WEAK',
      outcome: 'WEAK: 1 of 2 criteria are not met',
      audit: [row({ type: 'write', target: 'PROJECTS/tea/outputs/leaves.md' })],
    });
  endRun(place, { number: 20, slug: 'maps', grade: null, outcome: 'crashed: last step T4' });
  const reap = row({ step: 'T0', type: 'session_reap', target: 'RUN-20261121-020' });
  place.workspace.commit({
    actor: { kind: 'nocturne', name: 'nocturne' },
    runId: 'RUN-20261121-019',
    reason: 'reaped',
    changes: [],
    audit: [reap],
  });
  for (const [i, slug] of SLUGS.entries())
    commitBundle(
      place.workspace,
      {
        name: 'surface_escalation',
        args: {
          slug,
          reason: 'asked',
          priority: 'medium',
          question: `${slug} (RUN-20261121-00${i + 1}) asks: ${'which of the many ways is right, '.repeat(12)}and may it go on? Answer yes or no.`,
        },
      },
      { runId: 'RUN-20261121-019' },
    );
}
