/** Validates one file while its text changes: its own contract, its references, its uniqueness. */
import { defined } from '../kernel/defined.js';
import type { Diagnostic } from '../kernel/diagnostic.js';
import { isFree, routeOf } from '../registry/route.js';
import type { Snapshot } from '../workspace/types.js';
import type { FileFacts } from './fact-types.js';
import type { FactsIndex } from './facts-index.js';
import { fileFacts } from './file-facts.js';
import { governedFile } from './governed-file.js';
import { maskSecrets } from './mask-secrets.js';
import type { KnownRows } from './known-rows.js';
import type { Rule, WorkspaceContext, WorkspaceRule } from './rule.js';
import { FILE_RULES, RULES, WORKSPACE_RULES } from './rules.js';
import { fieldUnique } from './rules/field-contract.js';
import { documentUnique } from './rules/key-unique.js';
import { referenceUnresolved } from './rules/reference-unresolved.js';
import { bundleInvalid, registrySyntax } from './rules/registry-syntax.js';
import { sqlRules } from './rules/sql-rules.js';
import { silence } from './silence.js';
import { unreadObjects, withoutForbiddenFix } from './validate-snapshot.js';

/** Rules about several files that read nothing but a few facts, so that they run as one types. */
const SCHEMA_RULES: readonly WorkspaceRule[] = [registrySyntax, bundleInvalid];
const UNIQUE_RULES: readonly WorkspaceRule[] = [fieldUnique, documentUnique];
const QUICK_RULES = [...SCHEMA_RULES, ...UNIQUE_RULES, referenceUnresolved];

/**
 * What `validate` finds in this file by the rules that need no more than the file and the index.
 * The findings of the other rules take longer, and are missing.
 * @param options.index takes over the facts of this file. `undefined`: not known yet, so that only
 * rules about the file alone are run.
 * @param options.known of its rows, from the text before.
 */
export function validateFile(
  snapshot: Snapshot,
  path: string,
  options: {
    readonly index: FactsIndex | undefined;
    readonly rules: readonly Rule[];
    readonly known?: KnownRows;
  },
): readonly Diagnostic[] {
  const { index } = options;
  const own = factsOf(snapshot, path, options.known);
  if (own === undefined) {
    index?.delete(path);
    return [];
  }
  index?.set(path, own);
  const context = contextOf(snapshot, index);
  const found = maskSecrets(snapshot, [
    ...own.diagnostics,
    ...(index === undefined ? [] : quickFindings(context, index, path)),
  ]);
  const rules = [...RULES, ...options.rules, ...sqlRules(context)];
  const complete = completeRules(rules, index === undefined ? [] : QUICK_RULES);
  return silence(found, {
    facts: new Map([[path, own]]),
    schema: snapshot.schema,
    rules,
    ran: (id) => complete.has(id),
  }).map((diagnostic) => withoutForbiddenFix(snapshot, diagnostic));
}

/** `undefined` for a file that no rule reads. */
export function factsOf(
  snapshot: Snapshot,
  path: string,
  known?: KnownRows,
): FileFacts | undefined {
  const { schema } = snapshot;
  if (isFree(schema, path)) return undefined;
  const file = governedFile(snapshot, path, routeOf(schema, path).tier);
  return file === undefined ? undefined : fileFacts({ ...file, ...defined({ known }) }, FILE_RULES);
}

function quickFindings(
  context: WorkspaceContext,
  index: FactsIndex,
  path: string,
): readonly Diagnostic[] {
  const run = (rules: readonly WorkspaceRule[], facts: ReadonlyMap<string, FileFacts>) =>
    rules.flatMap((rule) => {
      const found = rule.run({ ...context, facts });
      return found instanceof Promise ? [] : found;
    });
  return [
    ...run(SCHEMA_RULES, new Map()),
    ...run(UNIQUE_RULES, index.sharing(path)),
    ...run([referenceUnresolved], index.referring(path)),
  ].filter(({ range }) => range.file === path);
}

function contextOf(snapshot: Snapshot, index: FactsIndex | undefined): WorkspaceContext {
  return {
    snapshot,
    schema: snapshot.schema,
    facts: new Map(),
    unread:
      index === undefined
        ? new Set()
        : unreadObjects(snapshot, index, { unread: index.unreadFiles(), isLeftOut: () => false }),
    unreadable: [],
    home: undefined,
    modules: undefined,
    unasked: new Set(),
    commands: undefined,
  };
}

/** The ids of which every rule was run: a comment that silences one of them must have an effect. */
function completeRules(
  rules: readonly Rule[],
  quick: readonly WorkspaceRule[],
): ReadonlySet<string> {
  const left = new Set(
    [...WORKSPACE_RULES, ...rules]
      .filter((rule) => rule.kind === 'workspace' && !quick.includes(rule))
      .map(({ id }) => id),
  );
  return new Set([...FILE_RULES, ...quick].map(({ id }) => id).filter((id) => !left.has(id)));
}
