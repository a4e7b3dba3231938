/**
 * What a step does to the workspace: a bundle or plain changes with their audit rows, through the
 * one commit, in the pass's name and under its fence.
 */
import { bundleChanges, type BundleArguments } from '../workspace/bundle.js';
import type { AuditEntry, Change, CommitResult, Snapshot } from '../workspace/types.js';
import type { Pass, StepId } from './types.js';

export type Act = {
  readonly reason: string;
  readonly bundle?: string;
  readonly changes?: readonly Change[];
  readonly audit?: readonly AuditEntry[];
};

/**
 * Commits changes and audit rows. A function is called on a fresh snapshot under the commit mutex.
 */
export function act(pass: Pass, decide: Act | ((snapshot: Snapshot) => Act)): CommitResult {
  return pass.env.workspace.commit(
    (snapshot) => {
      const one = typeof decide === 'function' ? decide(snapshot) : decide;
      return {
        ...actorOf(pass),
        reason: one.reason,
        ...(one.bundle === undefined ? {} : { bundle: one.bundle }),
        changes: one.changes ?? [],
        audit: one.audit ?? [],
      };
    },
    { fence: pass.data.fence },
  );
}

/**
 * One bundle of REGISTRY.md to run. `target`, `detail` and `authorisation` go into its audit row.
 */
export type BundleAct = {
  readonly name: string;
  readonly args: BundleArguments;
  readonly target?: string;
  readonly detail?: string;
  readonly authorisation?: string;
};

export function runBundle(pass: Pass, bundle: BundleAct & { readonly step: StepId }): CommitResult {
  return runBundles(pass, bundle.step, [bundle]);
}

export type Also = { readonly changes: readonly Change[]; readonly audit: readonly AuditEntry[] };

/**
 * Several bundles in one commit, each with its audit row; `also`: changes of the same commit that
 * no bundle can express (whole files).
 */
export function runBundles(
  pass: Pass,
  step: StepId,
  bundles: readonly BundleAct[],
  also: readonly Change[] | ((snapshot: Snapshot) => Also) = [],
): CommitResult {
  return pass.env.workspace.commit(
    (snapshot) => {
      const more: Also = typeof also === 'function' ? also(snapshot) : { changes: also, audit: [] };
      const parts = bundles.map((bundle) => bundleChanges(snapshot, bundle.name, bundle.args));
      const names = bundles.map((bundle) => bundle.name).join(' ');
      return {
        ...actorOf(pass),
        reason: bundles.find((bundle) => bundle.detail !== undefined)?.detail ?? names,
        bundle: names,
        changes: [...more.changes, ...parts.flatMap((part) => part.changes)],
        notices: parts.flatMap((part) => part.notices),
        audit: [...bundles.map((bundle) => bundleRow(step, bundle)), ...more.audit],
      };
    },
    { fence: pass.data.fence },
  );
}

function bundleRow(step: StepId, bundle: BundleAct): AuditEntry {
  const slug = bundle.args['slug'];
  const authorisation = bundle.authorisation ?? bundle.args['authorisation'];
  return stepRow(step, {
    type: bundle.name,
    target: bundle.target ?? (typeof slug === 'string' ? slug : ''),
    authorisation: typeof authorisation === 'string' ? authorisation : '',
    detail: bundle.detail ?? '',
  });
}

/** Writes the one row that says how a step went. */
export function note(pass: Pass, step: StepId, entry: RowEntry): void {
  act(pass, { reason: entry.type, audit: [stepRow(step, entry)] });
}

type RowEntry = {
  readonly type: string;
  readonly target?: string;
  readonly authorisation?: string;
  readonly result?: string;
  readonly detail?: string;
};

/** The row that every step leaves, so that the spine of a run can be checked. */
export function stepRow(step: StepId, entry: RowEntry): AuditEntry {
  return {
    step,
    type: entry.type,
    target: entry.target ?? '',
    authorisation: entry.authorisation ?? '',
    result: entry.result ?? 'ok',
    detail: entry.detail ?? '',
  };
}

function actorOf(pass: Pass): { actor: { kind: 'pass'; name: string }; runId: string } {
  return { actor: { kind: 'pass', name: pass.data.request.role }, runId: pass.data.runId };
}
