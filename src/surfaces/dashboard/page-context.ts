/** What a page is given. */
import { NocturneError } from '../../kernel/error.js';
import type { PageContext } from '../../passes/dashboard-page.js';
import { ownerZone } from '../../project/owner-zone.js';
import type { Served } from './types.js';

export function contextOf(
  served: Served,
  asked: Pick<PageContext, 'params' | 'query' | 'session'>,
): PageContext {
  const { workspace, readOnly, call, callApart, kept, pages } = served;
  // No name in a workspace has it, and what it does to a path is up to the system.
  if (Object.values(asked.params).some((value) => value.includes('\0')))
    throw new NocturneError('NOT_FOUND', 'There is no such page.');
  const snapshot = workspace.snapshot();
  return {
    ...asked,
    workspace,
    snapshot,
    zone: ownerZone(snapshot),
    canAct: !readOnly,
    call,
    pages,
    callApart,
    kept: (name, parsed) => kept.of(name, parsed),
  };
}
