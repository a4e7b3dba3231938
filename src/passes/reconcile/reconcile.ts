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
import { walk } from '../../workspace/walk.js';
import type { FileEntry, Snapshot, Workspace } from '../../workspace/types.js';
import { type Granted, grantedPaths } from '../approvals/granted-paths.js';
import { authorityOf, type PassOnDuty } from '../authority.js';
import type { BroughtCommits } from '../copy/bring-commits-home.js';
import { copiedPath, type PassCopy } from '../copy/pass-copy.js';
import { type Content, isLarge } from './content.js';
import {
  bytesOf,
  committedContents,
  type Difference,
  differences,
  type Expected,
} from './differences.js';
import { largeReason } from './large-content.js';
import { restore, restoreAll } from './restore.js';
import { baselineSnapshot } from './baseline-snapshot.js';
import { restoreFolders } from './folders.js';
import { excess, passLimits, touchedPaths } from './limits.js';
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
  /** What the agent committed in the repository of its project. */
  readonly commits?: BroughtCommits | undefined;
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
  const opened = restoreFolders(workspace.root, data.baseline);
  repairObjects(workspace);
  const now = walk(workspace.root);
  const flood = floodOf(workspace, data, now);
  if (flood !== undefined) return { ...NOTHING_RECONCILED, undone: [...opened, flood] };
  const arrived: Difference[] = [];
  const changed: Difference[] = [];
  for (const difference of differences(workspace, data, now)) {
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
      : overlay(
          baselineSnapshot(workspace, data.baseline),
          bytesOf(committedContents(workspace, data)),
        );
  const { accepted, refused } =
    before === undefined ? NOTHING_CHECKED : checkDifferences(workspace, data, { before, changed });
  const { kept, failed } = restore(
    workspace,
    data.runId,
    refused.map((refusal) => refusal.difference),
  );
  return {
    accepted,
    arrived,
    conflicts: [],
    undone: [
      ...opened,
      ...refused.map(({ difference: { path }, code, why }) => ({
        path,
        code: failed.has(path) ? 'not-undone' : code,
        why: failed.has(path) ? `${why}. It could not be undone: ${failed.get(path) ?? ''}` : why,
        kept: kept.get(path),
      })),
    ],
  };
}

/** Undoes everything together if it is too much to judge. */
function floodOf(
  workspace: Workspace,
  data: PassWithBaseline,
  now: ReadonlyMap<string, FileEntry>,
): Undone | undefined {
  const expected = committedContents(workspace, data);
  const paths = touchedPaths(data.baseline, now).filter(
    (path) => !isExpected(expected, path, now) && !isFreeBefore(workspace, data, path),
  );
  const limits = passLimits(baselineSnapshot(workspace, data.baseline));
  const why = excess(workspace, { ...data, limits }, { paths, now });
  if (why === undefined) return undefined;
  restoreAll(workspace, data, { paths, expected });
  return { path: '.', code: 'too-much', why, kept: undefined };
}

/** What Nocturne's own commits left, as far as can be seen without reading it. */
function isExpected(
  expected: Expected,
  path: string,
  now: ReadonlyMap<string, FileEntry>,
): boolean {
  const entry = now.get(path);
  return expected.has(path) && expected.get(path)?.size === entry?.size;
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
        .map((change) => [change.path, textual(change.after)]),
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
  const texts = new Map(crowd.map(({ path, after }) => [path, textual(after)?.toString('utf8')]));
  const [reason] = checkConsequences(before, texts).reasons;
  if (reason === undefined) return;
  for (const difference of crowd)
    verdicts.set(difference, { code: reason.code, why: reason.message });
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
  const { path, after, why } = difference;
  if (difference.kind === 'unreadable')
    return { code: 'path-invalid', why: `it cannot be read: ${why ?? ''}` };
  if (after !== undefined && linksOf(workspace, path, context.data.copy) > 1)
    return { code: 'path-hard-link', why: 'the file has another name (hard link)' };
  const large = largeReason(context.before, path, after);
  if (large !== undefined) return large;
  const action =
    after === undefined
      ? ({ kind: 'delete', path } as const)
      : ({ kind: 'write', path, content: textual(after) ?? Buffer.alloc(0) } as const);
  const decision: Decision = decide(context.before, authorityOf(context.data), action, {
    probe: noProbe,
    home: workspace.home,
    authorise: () => context.authorise(path, after?.hash),
  });
  if (decision.verdict === 'allow') return undefined;
  const [first] = decision.reasons.filter((reason) => reason.code !== 'allowed');
  return {
    code: first?.code ?? 'out-of-scope',
    why: decision.reasons.map((reason) => reason.message).join('; '),
  };
}

/** A large file holds no records and no text that is judged as a whole. */
function textual(content: Content | undefined): Buffer | undefined {
  return isLarge(content) ? undefined : content?.bytes();
}

function linksOf({ root }: Workspace, path: string, copy?: PassCopy): number {
  const place = copy === undefined ? within(root, path) : copiedPath(root, copy, path);
  return lstatSync(place, { throwIfNoEntry: false })?.nlink ?? 1;
}
