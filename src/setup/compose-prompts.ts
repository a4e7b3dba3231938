/**
 * Composes the prompts from their fragments again, in one commit. It does not sign them: the owner
 * reviews the difference first.
 */
import { defined } from '../kernel/defined.js';
import { NocturneError } from '../kernel/error.js';
import { composedPage } from '../markdown/composed-page.js';
import { fieldText } from '../project/field-text.js';
import { partsOf, promptRecipes } from '../validate/prompt-recipes.js';
import type { Snapshot, Workspace } from '../workspace/types.js';

export type ComposedPrompt = {
  readonly page: string;
  readonly what: 'written' | 'unchanged';
  readonly before: string | undefined;
  readonly after: string;
  readonly fragments: readonly string[];
};

/** @throws NocturneError `NOT_FOUND` if a fragment or the recipes are missing. */
export function composePrompts(
  workspace: Workspace,
  { owner, dryRun }: { readonly owner: string; readonly dryRun: boolean },
): readonly ComposedPrompt[] {
  const planned = planPrompts(workspace.snapshot());
  if (dryRun || planned.every((prompt) => prompt.what === 'unchanged')) return planned;
  workspace.commit((snapshot) => {
    const changed = planPrompts(snapshot).filter((prompt) => prompt.what === 'written');
    return {
      actor: { kind: 'owner', name: owner },
      runId: '',
      reason: 'prompts composed from their fragments',
      changes: changed.map(({ page, after }) => ({ kind: 'write', path: page, content: after })),
      audit: changed.map(({ page, fragments }) => ({
        step: '',
        type: 'prompts_compose',
        target: page,
        authorisation: 'owner',
        result: 'ok',
        detail: `${fragments.length} fragments`,
      })),
    };
  });
  return planned;
}

function planPrompts(snapshot: Snapshot): readonly ComposedPrompt[] {
  const recipes = promptRecipes(snapshot);
  if (recipes.length === 0)
    throw new NocturneError('NOT_FOUND', 'this workspace has no prompt recipes', {
      hint: 'nocturne upgrade adds orchestration-os/PROMPT-RECIPES.md',
    });
  return recipes.map((recipe) => {
    const parts = partsOf(snapshot, recipe);
    const missing = recipe.rows.find(
      (row) => snapshot.text(fieldText(row, 'fragment')) === undefined,
    );
    if (parts === undefined)
      throw new NocturneError(
        'NOT_FOUND',
        `${recipe.page} needs ${missing === undefined ? 'a fragment' : fieldText(missing, 'fragment')}, which does not exist`,
        {
          hint: `write it, or remove its row from ${recipe.file}`,
          file: recipe.file,
          ...defined({ line: missing?.range.line }),
        },
      );
    const [before, after] = [snapshot.text(recipe.page), composedPage(recipe.file, parts)];
    return {
      page: recipe.page,
      what: before === after ? 'unchanged' : 'written',
      before,
      after,
      fragments: parts.map((part) => part.path),
    };
  });
}
