/** The ledger of spawned tasks, of the module that keeps one and that REGISTRY.md enables. */
import type { Workspace } from '../workspace/types.js';
import type { PassModule } from './module.js';
import type { SpawnLedger } from './spawn-ledger.js';

export function enabledLedger(workspace: Workspace, modules: readonly PassModule[]): SpawnLedger | undefined {
  const enabled = new Set(workspace.snapshot().schema.modules.filter((row) => row.enabled).map((row) => row.name));
  return modules.find((module) => enabled.has(module.name) && module.spawnLedger !== undefined)?.spawnLedger?.(workspace);
}
