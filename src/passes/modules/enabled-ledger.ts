/** The ledger of spawned tasks, where a module keeps one and REGISTRY.md enables that module. */
import type { Schema } from '../../registry/types.js';
import type { Workspace } from '../../workspace/types.js';
import type { PassModule } from '../module.js';
import type { SpawnLedger } from '../spawn-ledger.js';

export function enabledLedger(
  workspace: Workspace,
  schema: Schema,
  modules: readonly PassModule[],
): SpawnLedger | undefined {
  const enabled = new Set(
    schema.modules.filter((module) => module.enabled).map((module) => module.name),
  );
  return modules
    .find((module) => module.spawnLedger !== undefined && enabled.has(module.name))
    ?.spawnLedger?.(workspace);
}
