/** The recipes of a workspace: which prompt consists of which fragments. */
import type { Rec } from '../markdown/types.js';
import type { PagePart } from '../markdown/composed-page.js';
import { fieldText } from '../project/field-text.js';
import type { Snapshot } from '../workspace/types.js';

/** `file`: of the recipe. `rows`: in the order of the page, without those of disabled modules. */
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

/** The current fragments; `undefined` if one is missing. */
export function partsOf(snapshot: Snapshot, recipe: PromptRecipe): readonly PagePart[] | undefined {
  const parts = recipe.rows.map((row) => ({
    path: fieldText(row, 'fragment'),
    text: snapshot.text(fieldText(row, 'fragment')),
  }));
  return parts.every((part): part is PagePart => part.text !== undefined) ? parts : undefined;
}
