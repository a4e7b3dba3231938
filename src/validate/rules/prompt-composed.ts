/** Rule prompt-composed: a prompt consists of its current fragments, and all are protected. */
import { isProtected } from '../../integrity/protected-files.js';
import { type Diagnostic, fileRange } from '../../kernel/diagnostic.js';
import { sha256 } from '../../kernel/hash.js';
import {
  composedBody,
  type ComposedFrom,
  composedFrom,
  composedPage,
  type PagePart,
} from '../../markdown/composed-page.js';
import { rangeOf } from '../../markdown/range-of.js';
import type { Doc, Rec } from '../../markdown/types.js';
import { fieldText } from '../../project/field-text.js';
import type { Snapshot } from '../../workspace/types.js';
import { partsOf, promptRecipes, type PromptRecipe } from '../prompt-recipes.js';
import { fieldRange } from '../record-place.js';
import type { WorkspaceRule } from '../rule.js';

const RULE = { rule: 'prompt-composed', severity: 'error' } as const;
const COMPOSE = 'run nocturne prompts compose, then sign the page';

export const promptComposed: WorkspaceRule = {
  kind: 'workspace',
  id: 'prompt-composed',
  severity: 'error',
  suppressible: 'never',
  run: ({ snapshot }) => [
    ...promptRecipes(snapshot).flatMap((recipe) => ofRecipe(snapshot, recipe)),
    ...unused(snapshot),
  ],
};

function ofRecipe(snapshot: Snapshot, recipe: PromptRecipe): Diagnostic[] {
  const wrong = recipe.rows.flatMap((row) => ofRow(snapshot, row));
  if (wrong.length > 0) return wrong;
  const parts = partsOf(snapshot, recipe);
  const doc = snapshot.doc(recipe.page);
  const first = recipe.rows[0];
  if (parts === undefined || first === undefined) return [];
  if (doc === undefined)
    return [
      {
        ...RULE,
        message: `${recipe.page}, which is composed from ${parts.length} fragments, is missing`,
        range: placeOf(snapshot, first, 'page'),
        hint: COMPOSE,
      },
    ];
  if (doc.text === composedPage(recipe.file, parts)) return [];
  const composed = composedFrom(doc, recipe.page);
  if (composed === undefined)
    return [
      {
        ...RULE,
        message: `${recipe.page} does not name the fragments that it was composed from`,
        range: fileRange(recipe.page),
        expected: 'front matter with fragments and body',
        hint: COMPOSE,
      },
    ];
  const about: About = { recipe, parts, doc, composed };
  return (
    [otherParts, staleParts, editedBody]
      .map((check) => check(about))
      .find((found) => found.length > 0) ?? [
      {
        ...RULE,
        message: `the front matter of ${recipe.page} is not what nocturne prompts compose writes`,
        range: fileRange(recipe.page),
        hint: COMPOSE,
      },
    ]
  );
}

type About = {
  readonly recipe: PromptRecipe;
  readonly parts: readonly PagePart[];
  readonly doc: Doc;
  readonly composed: ComposedFrom;
};

/** A fragment that is missing, extra, or in another order. */
function otherParts({ recipe, parts, doc, composed }: About): Diagnostic[] {
  const index = parts.findIndex((part, i) => composed.parts[i]?.path !== part.path);
  const i = index === -1 ? parts.length : index;
  if (index === -1 && composed.parts.length === parts.length) return [];
  const [entry, due] = [composed.parts[i], parts[i]];
  return [
    {
      ...RULE,
      message: `${recipe.page} ${due === undefined ? `has a fragment that ${recipe.file} does not name` : `lacks a fragment that ${recipe.file} names, or has it in another order`}`,
      range: entry === undefined ? fileRange(recipe.page) : rangeOf(doc, recipe.page, entry),
      expected: due?.path ?? 'no further fragment',
      actual: entry?.path ?? 'no further fragment',
      hint: COMPOSE,
    },
  ];
}

/** Fragments that were edited after the page was composed. */
function staleParts({ recipe, parts, doc, composed }: About): Diagnostic[] {
  return parts.flatMap((part, i): Diagnostic[] => {
    const [entry, now] = [composed.parts[i], sha256(part.text)];
    if (entry === undefined || entry.sha256 === now) return [];
    return [
      {
        ...RULE,
        message: `${part.path} has changed since ${recipe.page} was composed from it`,
        range: rangeOf(doc, recipe.page, entry),
        expected: now,
        actual: entry.sha256,
        hint: COMPOSE,
        related: [{ message: 'the fragment', range: fileRange(part.path) }],
      },
    ];
  });
}

/** An edit of the page itself, shown at the first line that differs. */
function editedBody({ recipe, parts, doc, composed }: About): Diagnostic[] {
  const [expected, actual] = [composedBody(parts), doc.text.slice(composed.bodyStart)];
  if (expected === actual) return [];
  const [due, found] = [expected.split('\n'), actual.split('\n')];
  const line = due.findIndex((text, i) => text !== found[i]);
  const i = line === -1 ? due.length : line;
  const start = Math.min(
    doc.text.length,
    composed.bodyStart + found.slice(0, i).reduce((sum, text) => sum + text.length + 1, 0),
  );
  const end = Math.min(doc.text.length, start + (found[i]?.replace(/\r$/, '').length ?? 0));
  return [
    {
      ...RULE,
      message: `${recipe.page} was edited: this line is not from its fragments`,
      range: rangeOf(doc, recipe.page, { start, end }),
      expected: due[i] ?? 'the end of the page',
      actual: found[i] ?? 'the end of the page',
      hint: `edit the fragment instead; ${COMPOSE}`,
    },
  ];
}

function ofRow(snapshot: Snapshot, row: Rec): Diagnostic[] {
  const [page, fragment] = [fieldText(row, 'page'), fieldText(row, 'fragment')];
  if (snapshot.text(fragment) === undefined)
    return [
      {
        ...RULE,
        message: `there is no fragment ${fragment} for ${page}`,
        range: placeOf(snapshot, row, 'fragment'),
        hint: 'write it, or remove the row',
      },
    ];
  return [['page', page] as const, ['fragment', fragment] as const].flatMap(
    ([field, path]): Diagnostic[] =>
      isProtected(snapshot.schema, path)
        ? []
        : [
            {
              ...RULE,
              message: `${path} is not protected, so a pass could change what agents are told`,
              range: placeOf(snapshot, row, field),
              expected: 'PROTECTED in R3 of REGISTRY.md',
              hint: 'add its route to R3',
            },
          ],
  );
}

function placeOf(snapshot: Snapshot, row: Rec, field: string): Diagnostic['range'] {
  const object = snapshot.schema.objects.get('PROMPT-PART');
  return object === undefined ? row.range : fieldRange(object, row, field);
}

/** Fragments that no page uses. */
function unused(snapshot: Snapshot): Diagnostic[] {
  const used = new Set(snapshot.records('PROMPT-PART').map((row) => fieldText(row, 'fragment')));
  if (used.size === 0) return [];
  return [...snapshot.files.keys()]
    .filter(
      (path) =>
        path.startsWith('orchestration-os/prompt-fragments/') &&
        path.endsWith('.md') &&
        !used.has(path),
    )
    .map((path) => ({
      ...RULE,
      severity: 'warning',
      message: `no recipe uses ${path}`,
      range: fileRange(path),
      hint: 'name it in orchestration-os/PROMPT-RECIPES.md, or delete it',
    }));
}
