/** An importer: the part of `init` that adopts a workspace of one other system. */
import { join } from 'node:path';
import { installedNames } from '../kernel/installed-names.js';
import type { Adoption } from './adopt-pages.js';
import type { ExistingFiles } from './existing-files.js';
import type { PlanDraft } from './setup-plan.js';

export type Importer = {
  readonly name: string;
  /** What the workspace is afterwards, for the report. */
  readonly result: string;
  /** What `init` is about to do, for the wizard. */
  readonly offer: string;
  /** Pages of the owner that are merged with ours; all others are the importer's. */
  readonly ownPages: readonly string[];
  matches(existing: ExistingFiles): boolean;
  carry(adoption: Adoption & { readonly now: Date }, draft: PlanDraft): void;
  /** Why our file takes the place of theirs. */
  whyReplaced(path: string): string;
};

/** Each folder of `examples/importers` whose `importer.ts` exports an `importer`. */
export async function installedImporters(): Promise<readonly Importer[]> {
  return Promise.all(
    installedNames(join(import.meta.dirname, '../../examples/importers'), 'importer.js').map(
      async (name) =>
        (
          (await import(`../../examples/importers/${name}/importer.js`)) as {
            readonly importer: Importer;
          }
        ).importer,
    ),
  );
}
