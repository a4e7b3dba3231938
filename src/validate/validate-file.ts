/** Validates one file while its text changes: its own contract, its references, its uniqueness. */
import type { Diagnostic } from '../kernel/diagnostic.js';
import { isFree, routeOf } from '../registry/route.js';
import type { Snapshot } from '../workspace/types.js';
import type { FileFacts } from './fact-types.js';
import { fileFacts } from './file-facts.js';
import { governedFile } from './governed-file.js';
import { maskSecrets } from './mask-secrets.js';
import type { Rule, WorkspaceContext, WorkspaceRule } from './rule.js';
import { FILE_RULES, RULES, WORKSPACE_RULES } from './rules.js';
import { fieldUnique } from './rules/field-contract.js';
import { documentUnique } from './rules/key-unique.js';
import { referenceUnresolved } from './rules/reference-unresolved.js';
import { bundleInvalid, registrySyntax } from './rules/registry-syntax.js';
import { sqlRules } from './rules/sql-rules.js';
import { silence } from './silence.js';
import { unreadObjects, withoutForbiddenFix } from './validate-snapshot.js';

/** Rules about several files that read nothing but facts, so that they run with every keystroke. */
const QUICK_RULES: readonly WorkspaceRule[] = [
  registrySyntax,
  bundleInvalid,
  fieldUnique,
  documentUnique,
  referenceUnresolved,
];

export type FileValidation = {
  /** `undefined` for a file that no rule reads. */
  readonly facts: FileFacts | undefined;
  readonly diagnostics: readonly Diagnostic[];
};

/**
 * What `validate` finds in this file by the rules that need no more than facts. The findings of the
 * other rules take longer, and are missing.
 * @param facts of all files; those of this one may be old. `undefined`: not known yet, so that only
 * rules about the file alone are run.
 */
export function validateFile(
  snapshot: Snapshot,
  path: string,
  options: {
    readonly facts: ReadonlyMap<string, FileFacts> | undefined;
    readonly rules: readonly Rule[];
  },
): FileValidation {
  const { schema } = snapshot;
  const file = isFree(schema, path)
    ? undefined
    : governedFile(snapshot, path, routeOf(schema, path).tier);
  if (file === undefined) return { facts: undefined, diagnostics: [] };
  const own = fileFacts(file, FILE_RULES);
  const context = contextOf(snapshot, withOwn(options.facts ?? new Map(), path, own));
  const quick = options.facts === undefined ? [] : QUICK_RULES;
  const found = maskSecrets(snapshot, [
    ...own.diagnostics,
    ...quick.flatMap((rule) => inFile(path, rule.run(context))),
  ]);
  const rules = [...RULES, ...options.rules, ...sqlRules(context)];
  const complete = completeRules(rules, quick);
  const diagnostics = silence(found, {
    facts: new Map([[path, own]]),
    schema,
    rules,
    ran: (id) => complete.has(id),
  }).map((diagnostic) => withoutForbiddenFix(snapshot, diagnostic));
  return { facts: own, diagnostics };
}

function inFile(
  path: string,
  found: readonly Diagnostic[] | Promise<readonly Diagnostic[]>,
): readonly Diagnostic[] {
  return found instanceof Promise ? [] : found.filter(({ range }) => range.file === path);
}

function contextOf(snapshot: Snapshot, facts: ReadonlyMap<string, FileFacts>): WorkspaceContext {
  return {
    snapshot,
    schema: snapshot.schema,
    facts,
    unread: unreadObjects(snapshot, facts, () => false),
    home: undefined,
    modules: undefined,
    unasked: new Set(),
    commands: undefined,
  };
}

/** In the order of paths, because the first of two equal values is the right one. */
function withOwn(
  facts: ReadonlyMap<string, FileFacts>,
  path: string,
  own: FileFacts,
): ReadonlyMap<string, FileFacts> {
  const all = new Map(facts).set(path, own);
  return facts.has(path) ? all : new Map([...all].sort(([a], [b]) => (a < b ? -1 : 1)));
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
