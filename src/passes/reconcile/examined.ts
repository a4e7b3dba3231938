/** What the rules found in the changes of a pass, and which changes they have seen. */
import { findingText, type RuleFinding } from '../../governance/rule-finding.js';
import { showControl } from '../../kernel/show-control.js';
import { plural } from '../../kernel/words.js';
import type { RestoredStore } from '../../workspace/restore-store.js';
import type { Undone } from '../types.js';
import type { Difference } from './differences.js';

export type Refusal = { readonly code: string; readonly why: string };

/** What it took to read a workspace in which an agent worked in place. */
export type OpenedTree = {
  readonly store: RestoredStore | undefined;
  readonly opened: readonly Undone[];
};

/** `isScope`: something was changed that a unit may not change. */
export type Blocked = Refusal & { readonly isScope: boolean };

export type Examined = {
  readonly opened?: OpenedTree;
  readonly findings: readonly RuleFinding[];
  /** Nothing of the pass is accepted. */
  readonly blocked?: Blocked;
  /**
   * The hash of each path as it was examined; nothing for what is gone. Without it, there are no
   * rules.
   */
  readonly seen?: ReadonlyMap<string, string | undefined>;
};

/** What an agent changed, before it is judged. `refused`: what the guard does not allow of it. */
export type PendingChanges = {
  readonly changed: readonly Difference[];
  /** In place: what tools have committed for it. */
  readonly tooled?: readonly Difference[];
  readonly refused: () => readonly (Refusal & { readonly difference: Difference })[];
};

/** The name of the rule that no page has: what a step may change. */
export const SCOPE = 'scope';

/** The code of every change of a pass that breaks a rule. */
export const BROKE_RULE = 'rule';

/** Why a change that the guard allows is not accepted. */
export function refusalOf(
  examined: Examined | undefined,
  { path, after }: Difference,
): Refusal | undefined {
  const { blocked, seen } = examined ?? {};
  if (blocked !== undefined) return blocked;
  return seen === undefined || (seen.has(path) && seen.get(path) === after?.hash)
    ? undefined
    : { code: 'stale', why: 'it changed while the rules were checked' };
}

/** The first finding that blocks, in one sentence. */
export function blockedBy(findings: readonly RuleFinding[]): Blocked | undefined {
  const [first, ...more] = findings.filter(({ effect }) => effect === 'blocks');
  if (first === undefined) return undefined;
  const others = more.length === 0 ? '' : ` (and ${plural(more.length, 'more', 'more')})`;
  const why = showControl(`${findingText(first)}${others}`);
  return { code: BROKE_RULE, why, isScope: first.rule === SCOPE };
}
