/** Arguments of a bundle, in a workspace whose owner has not upgraded it yet. */
import type { BundleArguments } from '../workspace/bundle.js';
import type { Snapshot } from '../workspace/types.js';

/** Those that REGISTRY.md declares: an older one may know fewer. */
export function declaredArguments(
  view: Snapshot,
  bundle: string,
  args: BundleArguments,
): BundleArguments {
  const declared = view.schema.bundles.get(bundle)?.arguments.map(({ name }) => name) ?? [];
  return Object.fromEntries(Object.entries(args).filter(([name]) => declared.includes(name)));
}
