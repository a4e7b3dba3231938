/** What modules tell the owner: on the morning page, in `status`, and in `doctor`. */
import type { Observation } from '../../kernel/observation.js';
import type { KeptContext, ModuleState, PassModule } from '../module.js';
import { enabledModules } from './module-hooks.js';

export function moduleFailures(
  modules: readonly PassModule[],
  context: KeptContext & { readonly since: Date },
): readonly string[] {
  return enabledModules({ modules }, context.snapshot).flatMap(
    (module) => module.failures?.(context) ?? [],
  );
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

export function moduleObservations(
  module: PassModule,
  context: KeptContext,
): readonly Observation[] {
  const [enabled] = enabledModules({ modules: [module] }, context.snapshot);
  return enabled?.examine?.(context) ?? [];
}
