/** The row of APPROVAL-CHAIN.md for each use of a pre-approval, and for each refusal by one. */
import { nextInvocation, type CheckName, type Permission } from '../project/preapproval.js';
import type { Snapshot } from '../workspace/types.js';

type Use = {
  readonly runId: string;
  readonly actionClass: string;
  readonly target: string;
  readonly permission: Permission;
};

/** Every step that asked `authorise` commits this bundle together with what it does. */
export type UseCall = {
  readonly name: 'pa_invoke';
  readonly args: Readonly<Record<string, string>>;
  readonly target: string;
  readonly authorisation: string;
  readonly detail: string;
};

/** `undefined`: there is no pre-approval of this class. */
export function useOfPreapproval(snapshot: Snapshot, use: Use): UseCall | undefined {
  const { runId, actionClass, target, permission } = use;
  const pa = permission.pa ?? nearest(permission);
  if (pa === undefined) return undefined;
  const said = (name: CheckName): string =>
    permission.checks
      .filter((check) => check.pa === pa && check.check === name)
      .map((check) => `${check.ok ? 'ok' : 'no'}: ${check.detail}`)
      .join('; ') || '-';
  const detail = permission.allowed ? 'authorised' : 'refused';
  const args = {
    id: nextInvocation(snapshot, pa),
    run_id: runId,
    preapproval: pa,
    action_class: actionClass,
    target,
    scope_check: said('scope'),
    boundary_check: said('boundary'),
    result: detail,
  };
  return { name: 'pa_invoke', args, target, authorisation: pa, detail };
}

/** The one that lacked least would have allowed it: the first of those with the fewest failures. */
function nearest({ checks }: Permission): string | undefined {
  const failures = new Map<string, number>();
  for (const { pa, ok } of checks)
    if (pa !== '-') failures.set(pa, (failures.get(pa) ?? 0) + (ok ? 0 : 1));
  return [...failures].sort(([, a], [, b]) => a - b)[0]?.[0];
}
