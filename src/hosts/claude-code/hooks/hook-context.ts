/**
 * What an answer needs: the workspace, who calls, and the modules, loaded only when they are asked
 * for.
 */
import { defined } from '../../../kernel/defined.js';
import type { HostSession } from '../../../passes/types.js';
import type { PassModule } from '../../../passes/module.js';
import { enabledLedger } from '../../../passes/modules/enabled-ledger.js';
import type { CallerOfHost } from '../../../passes/host/host-session.js';
import type { SpawnLedger } from '../../../passes/spawn-ledger.js';
import type { Snapshot, Workspace } from '../../../workspace/types.js';
import type { HookEvent } from './event.js';

/** `governed`: Claude Code was started by a pass, so without that pass's token nothing is done. */
export type HookContext = {
  readonly workspace: Workspace;
  readonly token: string | undefined;
  readonly governed: boolean;
  readonly modules: () => Promise<readonly PassModule[]>;
};

export function sessionOf(event: HookEvent): HostSession {
  return { host: 'claude-code', id: event.session };
}

export function callerOf({ token, governed }: HookContext, event: HookEvent): CallerOfHost {
  return defined({ token, session: sessionOf(event), governed });
}

/** Modules are loaded only where REGISTRY.md enables one. */
export async function ledgerOf(
  context: HookContext,
  snapshot: Snapshot,
): Promise<SpawnLedger | undefined> {
  return snapshot.schema.modules.some((module) => module.enabled)
    ? enabledLedger(context.workspace, snapshot.schema, await context.modules())
    : undefined;
}
