/** Quotes in a brief the passages nearest to the objective that the brief does not have yet. */
import type { Fragment } from '../../../agents/types.js';
import { sha256 } from '../../../kernel/hash.js';
import type { FragmentContext } from '../../../passes/module.js';
import { fieldList, fieldText } from '../../../project/field-text.js';
import { visible } from './caller.js';
import { withIndex } from './pass-index.js';
import { search } from '../ranking/search.js';

const MOST = 3;
/** Characters of all passages together. */
const BUDGET = 3000;
/** Pages that every brief has, and pages about passes. */
const PAGES =
  /^(?:SOUL|REGISTRY|ACTIVE-PROJECTS|NOTIFICATIONS|LOCK|AGENTS|IDENTITY|USER|INTEGRITY-MANIFEST)\.md$|^orchestration-os\/|^audit\//;

/** Nothing without an index. Quotes only passages that have not changed since. */
export async function briefPassages({
  workspace,
  snapshot,
  project,
  capability,
}: FragmentContext): Promise<readonly Fragment[]> {
  if (project === undefined) return [];
  const record = snapshot.record('PROJECT', project);
  const objective = fieldText(record, 'next_pass.objective');
  if (objective === '') return [];
  const excluded = new Set([...fieldList(record, 'last_pass.outputs'), record?.file ?? '']);
  const passages = await withIndex(workspace, snapshot, async ({ db, embedder }) => {
    const scope = { capability, project, writes: [] };
    const { shows, sees = () => true } = visible(
      { workspace, env: process.env, progress: () => undefined, scope },
      snapshot,
    );
    const wanted = (path: string): boolean =>
      sees(path) && !PAGES.test(path) && !excluded.has(path);
    const { hits } = await search(db, plain(objective), {
      root: workspace.root,
      embedder,
      limit: MOST,
      sees: wanted,
      shows,
    });
    let left = BUDGET;
    return hits.flatMap(({ passage, line, heading }) => {
      if (passage.text.length > left) return [];
      left -= passage.text.length;
      return [
        {
          title: `A passage that may help${heading === '' ? '' : ` (${heading})`}`,
          source: `${passage.path}:${line}`,
          sha256: sha256(passage.text),
          text: passage.text,
          trust: 'data' as const,
        },
      ];
    });
  });
  return passages ?? [];
}

/** An objective is not a query, so it has no filters and phrases. */
function plain(text: string): string {
  return text.replace(/["]/g, ' ').replace(/\b(path|object|status|since|heading):/gi, '$1 ');
}
