/**
 * What the brief of a pass quotes from the workspace: the few passages nearest to its objective
 * that it does not have anyway.
 */
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
/** Pages that a brief has anyway or that are about passes, not about the work. */
const PAGES =
  /^(?:SOUL|REGISTRY|ACTIVE-PROJECTS|NOTIFICATIONS|LOCK|AGENTS|IDENTITY|USER|INTEGRITY-MANIFEST)\.md$|^orchestration-os\/|^audit\//;

/** Nothing where there is no index. Only what is as it was indexed. */
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
          title: `A passage that may bear on it${heading === '' ? '' : ` (${heading})`}`,
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

/** An objective is not a query: what would be a filter or a phrase in it is just words. */
function plain(text: string): string {
  return text.replace(/["]/g, ' ').replace(/\b(path|object|status|since|heading):/gi, '$1 ');
}
