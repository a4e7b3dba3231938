/**
 * What a step does to the workspace: bundles or plain changes with their audit rows. Steps return
 * acts; the runner of steps commits them in the pass's name and under its fence.
 */
import { type BundleArguments, bundleChanges } from '../workspace/bundle.js';
import type {
  AuditEntry,
  Change,
  ChangeSet,
  CommitPart,
  Snapshot,
  Workspace,
} from '../workspace/types.js';
import { keepProposal, type Proposal } from './apply-proposal.js';
import type { Entered, StepId } from './types.js';

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

/** A change set without whose it is. */
export type Deed = Omit<ChangeSet, 'actor' | 'runId'>;

/** Known in full before the commit; its bundles are worked out at the commit. */
export type PlainAct = {
  readonly reason: string;
  readonly bundles: readonly BundleAct[];
  /** Changes of whole files, after those of the bundles. */
  readonly changes: readonly Change[];
  readonly audit: readonly AuditEntry[];
  /** What its notice proposes: kept under the notice's number until the owner answers. */
  readonly proposes?: Proposal;
};

/** A function decides again at the commit, on the workspace as the acts before it leave it. */
export type Act = PlainAct | ((view: Snapshot) => Deed);

/** Of the pass, what an act is committed with. */
export type ActingPass = Pick<Entered, 'request' | 'runId' | 'fence'>;

export type PassActs = { readonly pass: ActingPass; readonly acts: readonly Act[] };

export function commitActs(workspace: Workspace, pass: ActingPass, acts: readonly Act[]): void {
  commitTogether(workspace, [{ pass, acts }]);
}

/** Of several passes in one commit, under the fence of the first, which is the writer. */
export function commitTogether(workspace: Workspace, passes: readonly PassActs[]): void {
  const all = passes.flatMap(({ pass, acts }) => acts.map((act) => ({ pass, act })));
  const [first] = all;
  if (first === undefined) return;
  const noticesOf: number[] = [];
  const parts = all
    .flatMap(({ pass, act }) => partsOf(pass, [act]))
    .map(
      (part, i): CommitPart =>
        (view) => {
          const changeSet = part(view);
          noticesOf[i] = changeSet.notices?.length ?? 0;
          return changeSet;
        },
    );
  const { notices } = workspace.commit(parts, { fence: passes[0]?.pass.fence ?? first.pass.fence });
  let next = 0;
  for (const [i, { act }] of all.entries()) {
    const mine = notices.slice(next, (next += noticesOf[i] ?? 0));
    if (typeof act === 'function' || act.proposes === undefined) continue;
    for (const id of mine) keepProposal(workspace.state, id, act.proposes);
  }
}

/** The acts as parts of one commit. */
export function partsOf(
  { request, runId }: Pick<ActingPass, 'request' | 'runId'>,
  acts: readonly Act[],
): readonly ((view: Snapshot) => ChangeSet)[] {
  const actor = { kind: 'pass', name: request.role } as const;
  return acts.map((act) => (view) => ({ actor, runId, ...deedOf(view, act) }));
}

/** What the act does to the workspace as it is in `view`. */
export function deedOf(view: Snapshot, act: Act): Deed {
  if (typeof act === 'function') return act(view);
  const { reason, bundles, changes, audit } = act;
  if (bundles.length === 0) return { reason, changes, audit };
  const parts = bundles.map((bundle) => bundleChanges(view, bundle.name, bundle.args));
  return {
    reason,
    bundle: namesOf(bundles),
    changes: [...changes, ...parts.flatMap((part) => part.changes)],
    notices: parts.flatMap((part) => part.notices),
    audit,
  };
}

export function bundleAct(step: StepId, bundle: BundleAct): PlainAct {
  return bundlesAct(step, [bundle]);
}

/** Several bundles of one part, each worked out on the same workspace, each with its audit row. */
export function bundlesAct(
  step: StepId,
  bundles: readonly BundleAct[],
  changes: readonly Change[] = [],
): PlainAct {
  return {
    reason: bundles.find((bundle) => bundle.detail !== undefined)?.detail ?? namesOf(bundles),
    bundles,
    changes,
    audit: bundles.map((bundle) => bundleRow(step, bundle)),
  };
}

/** The one row that says how a step went. */
export function noteAct(step: StepId, entry: RowEntry): PlainAct {
  return rowsAct(entry.type, [stepRow(step, entry)]);
}

export function rowsAct(reason: string, audit: readonly AuditEntry[]): PlainAct {
  return { reason, bundles: [], changes: [], audit };
}

function namesOf(bundles: readonly BundleAct[]): string {
  return bundles.map((bundle) => bundle.name).join(' ');
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

export type RowEntry = {
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
