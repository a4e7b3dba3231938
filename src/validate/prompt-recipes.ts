/** Which prompt is made of which fragments, as the recipes of the workspace say. */
import type { Rec } from '../markdown/types.js';
import type { PagePart } from '../markdown/composed-page.js';
import { fieldText } from '../project/field-text.js';
import type { Snapshot } from '../workspace/types.js';

/**
 * `file`: where the recipe stands; `rows` in the order of the page, without those of modules that
 * are not enabled.
 */
export type PromptRecipe = {
  readonly page: string;
  readonly file: string;
  readonly rows: readonly Rec[];
};

export function promptRecipes(snapshot: Snapshot): readonly PromptRecipe[] {
  const enabled = new Set(
    snapshot.schema.modules.filter((row) => row.enabled).map((row) => row.name),
  );
  const records = snapshot
    .records('PROMPT-PART')
    .filter((row) => fieldText(row, 'module') === '' || enabled.has(fieldText(row, 'module')));
  const pages = [...new Set(records.map((row) => fieldText(row, 'page')))];
  return pages.map((page) => {
    const rows = records
      .filter((row) => fieldText(row, 'page') === page)
      .sort((a, b) => Number(fieldText(a, 'order')) - Number(fieldText(b, 'order')));
    return { page, file: rows[0]?.file ?? '', rows };
  });
}

/** The fragments as they are now; `undefined` when one of them is missing. */
export function partsOf(snapshot: Snapshot, recipe: PromptRecipe): readonly PagePart[] | undefined {
  const parts = recipe.rows.map((row) => ({
    path: fieldText(row, 'fragment'),
    text: snapshot.text(fieldText(row, 'fragment')),
  }));
  return parts.every((part): part is PagePart => part.text !== undefined) ? parts : undefined;
}
