/** What modules tell the owner: on the morning page, and in `status`. */
import { messageOf } from '../../kernel/error.js';
import type { Snapshot } from '../../workspace/types.js';
import type { Failure, KeptContext, ModuleState, PassModule } from '../module.js';
import { enabledModules } from './module-hooks.js';

export function moduleFailures(
  modules: readonly PassModule[],
  snapshot: Snapshot,
  since: Date,
): readonly Failure[] {
  return enabledModules({ modules }, snapshot).flatMap(
    (module) => module.failures?.({ snapshot, since }) ?? [],
  );
}

export function moduleProgress(
  modules: readonly PassModule[],
  snapshot: Snapshot,
  since: Date,
): readonly string[] {
  return enabledModules({ modules }, snapshot).flatMap(
    (module) => module.progress?.({ snapshot, since }) ?? [],
  );
}

/** One that cannot tell says why, because the page matters more. */
export function moduleCosts(
  modules: readonly PassModule[],
  context: KeptContext & { readonly since: Date },
): readonly string[] {
  return enabledModules({ modules }, context.snapshot).flatMap((module) => {
    try {
      return module.costs?.(context) ?? [];
    } catch (error) {
      return [`The module ${module.name} cannot tell: ${messageOf(error)}.`];
    }
  });
}

/** By name; without modules that have nothing to tell. */
export function moduleStates(
  modules: readonly PassModule[],
  context: KeptContext,
): ReadonlyMap<string, ModuleState> {
  const states = enabledModules({ modules }, context.snapshot).map(
    (module) => [module.name, module.state?.(context)] as const,
  );
  return new Map(
    states.filter((entry): entry is readonly [string, ModuleState] => entry[1] !== undefined),
  );
}
