/** Arguments of a bundle, in a workspace whose owner has not upgraded it yet. */
import type { BundleArguments } from '../workspace/bundle.js';
import type { Snapshot } from '../workspace/types.js';

/**
 * Those that REGISTRY.md declares: an older one may know fewer. A grade that it does not know is
 * the next worse one that it does.
 */
export function declaredArguments(
  view: Snapshot,
  bundle: string,
  args: BundleArguments,
): BundleArguments {
  const declared = new Map(
    view.schema.bundles.get(bundle)?.arguments.map(({ name, type }) => [name, type]) ?? [],
  );
  return Object.fromEntries(
    Object.entries(args).flatMap(([name, value]) => {
      const type = declared.get(name);
      if (type === undefined) return [];
      const isUnknown = value === 'PARKED' && type.kind === 'enum' && !type.values.includes(value);
      return [[name, isUnknown ? 'WEAK' : value]];
    }),
  );
}
