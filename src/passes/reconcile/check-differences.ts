/** Judges differences with the guard, each with the others in place that still stand. */
import { messageOf } from '../../kernel/error.js';
import { lstatSync } from '../../kernel/files.js';
import { checkConsequences } from '../../governance/guard/consequences.js';
import { decide } from '../../governance/guard/decide.js';
import { noProbe } from '../../governance/guard/probe.js';
import type { Decision } from '../../governance/types.js';
import { within } from '../../workspace/root-descriptor.js';
import { overlay } from '../../workspace/overlay.js';
import type { Snapshot, Workspace } from '../../workspace/types.js';
import { type Granted, grantedPaths } from '../approvals/granted-paths.js';
import { authorityOf, type PassOnDuty } from '../authority.js';
import { copiedPath, type PassCopy } from '../copy/pass-copy.js';
import { type Content, isLarge } from './content.js';
import type { Difference } from './differences.js';
import type { Examined } from './examined.js';
import { largeReason } from './large-content.js';
import type { Baseline } from '../types.js';

/** A pass whose agent can have changed something since its baseline. */
export type PassWithBaseline = Omit<PassOnDuty, 'fence' | 'capability'> & {
  readonly baseline: Baseline;
  /** Paths that stay although nobody knows who changed them, and that are on record already. */
  readonly unattributed?: readonly string[];
  /** What the rules say; without it, only the guard judges. */
  readonly examined?: Examined;
};

type Verdict = { readonly code: string; readonly why: string };
type Refused = Verdict & { readonly difference: Difference };
export type Checked = {
  readonly accepted: readonly Difference[];
  readonly refused: readonly Refused[];
};

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
      const verdict = verdictOn(workspace, { before: around, data, difference, authorise });
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

type Context = {
  readonly before: Snapshot;
  readonly data: PassWithBaseline;
  readonly difference: Difference;
  readonly authorise: Granted;
};

/** What cannot be judged is refused, and everything else is still judged. */
function verdictOn(workspace: Workspace, context: Context): Verdict | undefined {
  try {
    return checkDifference(workspace, context);
  } catch (error) {
    return { code: 'path-invalid', why: `it cannot be judged: ${messageOf(error)}` };
  }
}

function checkDifference(
  workspace: Workspace,
  context: Context,
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
export function textual(content: Content | undefined): Buffer | undefined {
  return isLarge(content) ? undefined : content?.bytes();
}

export function linksOf({ root }: Workspace, path: string, copy?: PassCopy): number {
  const place = copy === undefined ? within(root, path) : copiedPath(root, copy, path);
  return lstatSync(place, { throwIfNoEntry: false })?.nlink ?? 1;
}
