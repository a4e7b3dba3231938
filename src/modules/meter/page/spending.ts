/** Prices and limits as the owner has signed them, read again when a page or a log has changed. */
import { join } from 'node:path';
import { NocturneError } from '../../../kernel/error.js';
import { statSync } from '../../../kernel/files.js';
import { notAsSigned } from '../../../integrity/page-as-signed.js';
import { begunPasses } from '../../../passes/begun-passes.js';
import { ownerZone } from '../../../project/owner-zone.js';
import type { Snapshot, Workspace } from '../../../workspace/types.js';
import type { PassOf } from '../ledger/accounts.js';
import type { Limit, Price } from '../ledger/types.js';
import { limitsOf, type PassLimits, passLimit } from './limits.js';
import { priceOf } from './prices.js';

export type Spending = {
  readonly zone: () => string;
  readonly limits: (pass: PassOf) => readonly Limit[];
  readonly priceOf: (call: {
    readonly model: string;
    readonly runner: string;
  }) => Price | undefined;
};

export type SpendingOptions = {
  readonly workspace: Workspace;
  readonly isMetered: (runId: string) => boolean;
  /** The limits of the pass itself. */
  readonly passLimits: (runId: string) => PassLimits;
};

const PAGES = ['REGISTRY.md', 'USER.md', 'MODEL-TIERS.md', 'orchestration-os/SPENDING.md'];
const LOGS = ['audit/SESSION-REGISTRY.md', 'audit/AUDIT-LOG.md'];
/** How soon time alone changes something. */
const KEPT_MS = 60_000;

/**
 * A page that is not as signed counts for nothing: the last signed one does. Without one, no call
 * may leave. @throws NocturneError `GATE`.
 */
export function spendingOf({ workspace, isMetered, passLimits }: SpendingOptions): Spending {
  const signed = signedSnapshots(workspace);
  const known = new Map<string, { readonly key: string; readonly limits: readonly Limit[] }>();
  let of: Snapshot | undefined;
  let begun: readonly string[] = [];
  const ownersLimits = (project: string): readonly Limit[] => {
    const snapshot = signed();
    if (of !== snapshot) {
      of = snapshot;
      known.clear();
      begun = begunPasses(snapshot).map(({ runId }) => runId);
    }
    const key = begun.filter(isMetered).join(' ');
    const kept = known.get(project);
    if (kept?.key === key) return kept.limits;
    const limits = limitsOf(snapshot, { project, isMetered });
    known.set(project, { key, limits });
    return limits;
  };
  return {
    zone: () => ownerZone(signed()),
    limits: ({ runId, project }) => [passLimit(passLimits(runId)), ...ownersLimits(project)],
    priceOf: ({ model, runner }) => priceOf(signed(), model, runner),
  };
}

function signedSnapshots(workspace: Workspace): () => Snapshot {
  let snapshot: Snapshot | undefined;
  let seen = '';
  return () => {
    const now = workspace.clock.now().getTime();
    const state = stateOf(workspace.root);
    const isOld = snapshot === undefined || Math.abs(now - snapshot.now.getTime()) > KEPT_MS;
    if (!isOld && state === seen) return snapshot as Snapshot;
    const fresh = workspace.snapshot();
    const problem = notAsSigned(workspace, fresh, PAGES);
    if (problem === undefined) {
      seen = state;
      snapshot = fresh;
    }
    if (snapshot === undefined)
      throw new NocturneError('GATE', `no call may leave: ${problem}`, { hint: 'nocturne gate' });
    return snapshot;
  };
}

function stateOf(root: string): string {
  return [...PAGES, ...LOGS]
    .map((path) => {
      const file = statSync(join(root, path), { throwIfNoEntry: false });
      return `${file?.ino} ${file?.size} ${file?.mtimeMs} ${file?.ctimeMs}`;
    })
    .join();
}
