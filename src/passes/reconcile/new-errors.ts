/** T5: whether the workspace has errors that it did not have before the pass. */
import type { Diagnostic } from '../../kernel/diagnostic.js';
import { validateSnapshot } from '../../validate/validate-snapshot.js';
import type { Snapshot } from '../../workspace/types.js';
import { defined } from '../../kernel/defined.js';
import { baselineSnapshot } from './baseline-snapshot.js';
import { keptFacts } from './kept-facts.js';
import type { PassEnvironment, Reconciled, StepContext } from '../types.js';

/** Only errors in its outputs, unless it deleted something or may have repaired any file. */
export async function diagnosticsOf(
  { env, snapshot }: StepContext,
  { idle, gone, outputs }: Reconciled,
): Promise<readonly Diagnostic[]> {
  const own = idle === undefined && gone.length === 0 ? new Set(outputs) : undefined;
  if (own?.size === 0) return [];
  return validateSnapshot(snapshot, {
    home: env.workspace.home,
    modules: env.modules.map(({ name }) => name),
    withoutLongLogs: idle === undefined,
    cache: keptFacts(snapshot),
    ...defined({ changed: own, errorsIn: own }),
  });
}

/** What a file that is gone can break in files that the pass did not touch. */
const REFERENCES = ['link-broken', 'file-missing', 'reference-unresolved', 'edge-unresolved'];

/**
 * Each in words; an error in a file that the pass wrote is the pass's, new or not.
 * @param after.diagnostics of the workspace as the pass left it; only of its outputs if it deleted
 * nothing.
 */
export async function newErrors(
  { workspace, modules }: PassEnvironment,
  { outputs, gone, baseline }: Reconciled,
  { snapshot, diagnostics }: { snapshot: Snapshot; diagnostics: readonly Diagnostic[] },
): Promise<readonly string[]> {
  const found = diagnostics.filter(isFinding);
  const own = found.filter(
    ({ severity, range }) => severity === 'error' && outputs.includes(range.file),
  );
  if (gone.length === 0) return own.map(line);
  const elsewhere = found.filter(
    ({ rule, range }) =>
      REFERENCES.includes(rule) &&
      !outputs.includes(range.file) &&
      !isBriefing(snapshot, range.file),
  );
  if (elsewhere.length === 0) return own.map(line);
  const earlier = await validateSnapshot(baselineSnapshot(workspace, baseline), {
    home: workspace.home,
    modules: modules.map(({ name }) => name),
    only: REFERENCES,
    withoutLongLogs: true,
  });
  const known = new Set(earlier.filter(isFinding).map(identity));
  return [...own, ...elsewhere.filter((error) => !known.has(identity(error)))].map(line);
}

/** A broken link is a warning, but not when the pass took its target away. */
function isFinding({ severity }: Diagnostic): boolean {
  return severity !== 'info';
}

/** Each morning replaces it, and it links what there was. */
function isBriefing(snapshot: Snapshot, path: string): boolean {
  return snapshot.objectsOf(path).some(({ object }) => object === 'BRIEFING');
}

/** Lines move. */
function identity({ rule, range, message }: Diagnostic): string {
  return `${rule} ${range.file} ${message}`;
}

function line({ range, rule, message }: Diagnostic): string {
  return `${range.file}:${range.line} ${rule}: ${message}`;
}
