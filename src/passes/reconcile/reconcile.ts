/**
 * After the agent: every difference is attributed, judged by the guard, and undone if it was not
 * allowed. The last line, always drawn.
 */
import { lstatSync } from '../../kernel/files.js';
import { checkConsequences } from '../../governance/guard/consequences.js';
import { decide } from '../../governance/guard/decide.js';
import { isIncomingMessage, isUnfinishedMessage } from '../../governance/incoming-message-path.js';
import { noProbe } from '../../governance/guard/probe.js';
import type { Decision } from '../../governance/types.js';
import { isFree } from '../../registry/route.js';
import { storeDirectory } from '../../workspace/mutex.js';
import { assertRoot } from '../../workspace/pinned-root.js';
import { within } from '../../workspace/root-descriptor.js';
import { repairObjects, soundObject } from '../../workspace/object-replicas.js';
import { overlay } from '../../workspace/overlay.js';
import { openSnapshot } from '../../workspace/snapshot.js';
import type { FileEntry, Snapshot, Workspace } from '../../workspace/types.js';
import { type Granted, grantedPaths } from '../approvals/granted-paths.js';
import { authorityOf, type PassOnDuty } from '../authority.js';
import { copiedPath, type PassCopy } from '../copy/pass-copy.js';
import { committedContents, type Difference, differences } from './differences.js';
import { restore } from './restore.js';
import type { Baseline, Undone } from '../types.js';

/**
 * `arrived`: messages that have appeared in the inbox since. A channel dropped them, or the agent
 * wrote them: they stay, and are asked about.
 */
export type Reconciliation = {
  readonly accepted: readonly Difference[];
  readonly undone: readonly Undone[];
  readonly arrived: readonly Difference[];
  /** Files that the owner changed as well: theirs stays, the pass's version is kept. */
  readonly conflicts: readonly Undone[];
};

export const NOTHING_RECONCILED: Reconciliation = {
  accepted: [],
  undone: [],
  arrived: [],
  conflicts: [],
};

/** A pass whose agent can have changed something since its baseline. */
export type PassWithBaseline = Omit<PassOnDuty, 'fence' | 'capability'> & {
  readonly baseline: Baseline;
};

/** Judges and restores; what was accepted still has to be recorded (a commit that adopts it). */
export function reconcile(workspace: Workspace, data: PassWithBaseline): Reconciliation {
  assertRoot(workspace.root);
  storeDirectory(workspace.root);
  repairObjects(workspace);
  const arrived: Difference[] = [];
  const changed: Difference[] = [];
  for (const difference of differences(workspace, data)) {
    if (isFreeBefore(workspace, data, difference.path)) continue;
    if (
      isUnfinishedMessage(difference.path) &&
      difference.kind !== 'link' &&
      difference.kind !== 'special'
    )
      continue;
    const isArrival =
      difference.kind === 'added' &&
      isIncomingMessage(difference.path) &&
      linksOf(workspace, difference.path) === 1;
    (isArrival ? arrived : changed).push(difference);
  }
  const before =
    changed.length === 0
      ? undefined
      : overlay(baselineSnapshot(workspace, data.baseline), committedContents(workspace, data));
  const { accepted, refused } =
    before === undefined ? NOTHING_CHECKED : checkDifferences(workspace, data, { before, changed });
  const kept = restore(
    workspace,
    data.runId,
    refused.map((refusal) => refusal.difference),
  );
  return {
    accepted,
    arrived,
    conflicts: [],
    undone: refused.map(({ difference, code, why }) => ({
      path: difference.path,
      code,
      why,
      kept: kept.get(difference.path),
    })),
  };
}

/** By the registry that the agent found, whatever it made of it. */
function isFreeBefore(workspace: Workspace, { baseline }: PassWithBaseline, path: string): boolean {
  return isFree(baselineSnapshot(workspace, baseline).schema, path);
}

type Verdict = { readonly code: string; readonly why: string };
type Refused = Verdict & { readonly difference: Difference };
export type Checked = {
  readonly accepted: readonly Difference[];
  readonly refused: readonly Refused[];
};
const NOTHING_CHECKED: Checked = { accepted: [], refused: [] };

/** Files with records that are judged with each other in place; each costs reading all of them. */
const MOST_TOGETHER = 100;

/**
 * Each difference is judged with the others in place that still stand: records in several files may
 * need each other. What was judged with one that is undone is judged again without it.
 */
export function checkDifferences(
  workspace: Workspace,
  data: PassWithBaseline,
  { before, changed }: { readonly before: Snapshot; readonly changed: readonly Difference[] },
): Checked {
  const authorise = grantedPaths(workspace, data.runId);
  const verdicts = new Map<Difference, Verdict>();
  const standing = (): readonly Difference[] =>
    changed.filter((difference) => !verdicts.has(difference));
  const governed = new Set(
    changed.filter((difference) => before.objectsOf(difference.path).length > 0),
  );
  const together = governed.size <= MOST_TOGETHER;
  const others = (difference: Difference): ReadonlyMap<string, Buffer | undefined> =>
    new Map(
      standing()
        .filter((change) => change !== difference && governed.has(change))
        .map((change) => [change.path, change.after]),
    );
  for (let previousSize = -1; previousSize !== verdicts.size; ) {
    const again =
      previousSize === -1
        ? changed
        : standing().filter((difference) => together && governed.has(difference));
    previousSize = verdicts.size;
    for (const difference of again) {
      const around =
        together && governed.has(difference) ? overlay(before, others(difference)) : before;
      const verdict = checkDifference(workspace, { before: around, data, difference, authorise });
      if (verdict !== undefined) verdicts.set(difference, verdict);
    }
  }
  if (!together)
    refuseCrowd(
      before,
      standing().filter((difference) => governed.has(difference)),
      verdicts,
    );
  return {
    accepted: standing(),
    refused: changed.flatMap((difference) => {
      const verdict = verdicts.get(difference);
      return verdict === undefined ? [] : [{ difference, ...verdict }];
    }),
  };
}

/** Very many files stand or fall together: judging each among all others takes far too long. */
function refuseCrowd(
  before: Snapshot,
  crowd: readonly Difference[],
  verdicts: Map<Difference, Verdict>,
): void {
  const texts = new Map(crowd.map(({ path, after }) => [path, after?.toString('utf8')]));
  const [reason] = checkConsequences(before, texts).reasons;
  if (reason === undefined) return;
  for (const difference of crowd)
    verdicts.set(difference, { code: reason.code, why: reason.message });
}

/** The workspace as it was before the agent began, read from the object store. */
export function baselineSnapshot(workspace: Workspace, baseline: Baseline): Snapshot {
  const cached = opened.get(baseline);
  if (cached !== undefined) return cached;
  const snapshot = openBaseline(workspace, baseline);
  opened.set(baseline, snapshot);
  return snapshot;
}

/** A baseline never changes, and several steps after the agent ask it. */
const opened = new WeakMap<Baseline, Snapshot>();

function openBaseline(workspace: Workspace, baseline: Baseline): Snapshot {
  const files = new Map<string, FileEntry>();
  for (const [path, file] of Object.entries(baseline.files))
    files.set(path, {
      path,
      size: file.size,
      mtimeMs: file.mtimeMs,
      ctimeMs: file.mtimeMs,
      ino: 0,
      kind: 'file',
      links: 1,
      mode: file.mode,
    });
  for (const [path, target] of Object.entries(baseline.links))
    files.set(path, {
      path,
      size: 0,
      mtimeMs: 0,
      ctimeMs: 0,
      ino: 0,
      kind: 'symlink',
      target,
      links: 1,
      mode: 0o777,
    });
  return openSnapshot(workspace.root, {
    now: workspace.clock.now(),
    files,
    read: (path) => {
      const file = baseline.files[path];
      return file === undefined ? undefined : soundObject(workspace, file.hash);
    },
  });
}

function checkDifference(
  workspace: Workspace,
  context: { before: Snapshot; data: PassWithBaseline; difference: Difference; authorise: Granted },
): { code: string; why: string } | undefined {
  const { difference } = context;
  if (difference.kind === 'link')
    return { code: 'path-symlink', why: 'symbolic links were made, changed or removed' };
  if (difference.kind === 'special')
    return { code: 'path-invalid', why: 'it is neither a file nor a directory' };
  if (difference.after !== undefined && linksOf(workspace, difference.path, context.data.copy) > 1)
    return { code: 'path-hard-link', why: 'the file has another name (hard link)' };
  const action =
    difference.after === undefined
      ? ({ kind: 'delete', path: difference.path } as const)
      : ({ kind: 'write', path: difference.path, content: difference.after } as const);
  const decision: Decision = decide(context.before, authorityOf(context.data), action, {
    probe: noProbe,
    home: workspace.home,
    authorise: (path) => context.authorise(path, difference.after),
  });
  if (decision.verdict === 'allow') return undefined;
  const [first] = decision.reasons.filter((reason) => reason.code !== 'allowed');
  return {
    code: first?.code ?? 'out-of-scope',
    why: decision.reasons.map((reason) => reason.message).join('; '),
  };
}

function linksOf({ root }: Workspace, path: string, copy?: PassCopy): number {
  const place = copy === undefined ? within(root, path) : copiedPath(root, copy, path);
  return lstatSync(place, { throwIfNoEntry: false })?.nlink ?? 1;
}
