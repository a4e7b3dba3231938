/** Proposes the tier FREE for what was in a folder before Nocturne: rows for R3 of REGISTRY.md. */
import type { ExistingFiles } from './existing-files.js';
import type { PlanDraft } from './setup-plan.js';

const REGISTRY = 'REGISTRY.md';
/** The first row of R3 follows. */
const HEAD = /^\| Pattern \| Tier \| Bundle \| Note \|\n\|[-|]+\|\n/m;
/** Neither part of a pattern nor of a table. */
const PLAIN = /^[^*?[\]{}()!+@|\\`<>\p{C}]+$/u;

/**
 * One row for each folder at the top that neither the shipped files nor the draft have anything in.
 * Files at the top stay as they are: agents of hosts read them.
 */
export function proposeFree(
  existing: ExistingFiles,
  shipped: readonly string[],
  draft: PlanDraft,
): void {
  const registry = draft.files.get(REGISTRY);
  if (typeof registry !== 'string') return;
  const folderOf = (path: string): string => path.slice(0, path.indexOf('/') + 1);
  const ours = new Set([...shipped, ...draft.files.keys()].map(folderOf));
  const folders = [...new Set(existing.paths.map(folderOf))]
    .filter(
      (folder) => PLAIN.test(folder) && !ours.has(folder) && !registry.includes(`\`${folder}`),
    )
    .sort();
  if (folders.length === 0) return;
  const rows = folders.map(
    (folder) => `| \`${folder}**\` | FREE | - | was here before Nocturne |\n`,
  );
  draft.write(
    REGISTRY,
    registry.replace(HEAD, (head) => `${head}${rows.join('')}`),
  );
  for (const folder of folders)
    draft.note(
      folder,
      'left',
      'it is yours alone (FREE in R3 of REGISTRY.md): to let passes write there, change its row',
    );
}
