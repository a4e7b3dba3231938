/** Removes the findings that comments silence, and reports what is wrong with the comments. */
import type { Diagnostic } from '../kernel/diagnostic.js';
import type { Schema } from '../registry/types.js';
import type { FileFacts } from './fact-types.js';
import type { Rule, Suppressible } from './rule.js';
import { type Judged, SUPPRESSION, suppressionProblem } from './rules/suppression.js';
import type { Suppression } from './suppression.js';

export type SilenceOptions = {
  readonly facts: ReadonlyMap<string, FileFacts>;
  readonly schema: Schema;
  /** All rules, even those that were not run. */
  readonly rules: readonly Rule[];
  /** Whether a rule was run. */
  readonly ran: (id: string) => boolean;
};

export function silence(
  found: readonly Diagnostic[],
  options: SilenceOptions,
): readonly Diagnostic[] {
  const { facts, schema } = options;
  const suppressible = suppressibleById(options.rules);
  const used = new Set<Suppression>();
  const refused = new Set<Suppression>();
  const left = found.filter((diagnostic) => {
    const by =
      facts
        .get(diagnostic.range.file)
        ?.suppressions.filter((suppression) => covers(suppression, diagnostic)) ?? [];
    if (by.length === 0) return true;
    const allowed = maySilence(suppressible.get(diagnostic.rule), diagnostic, schema);
    for (const suppression of by) (allowed ? used : refused).add(suppression);
    return !(allowed && by.some((suppression) => suppression.reason !== ''));
  });
  const problems: Diagnostic[] = [];
  for (const { suppressions } of facts.values()) {
    for (const suppression of suppressions) {
      const rule = suppressible.get(suppression.rule);
      const judged: Judged = {
        suppression,
        ruleExists: rule !== undefined || suppression.rule === SUPPRESSION,
        allowed: suppression.rule !== SUPPRESSION && rule !== 'never' && !refused.has(suppression),
        used: options.ran(suppression.rule) ? used.has(suppression) : undefined,
      };
      const problem = suppressionProblem(judged, suppressible.keys());
      if (problem !== undefined) problems.push(problem);
    }
  }
  return [...left, ...problems];
}

function covers(suppression: Suppression, { rule, range }: Diagnostic): boolean {
  return (
    suppression.rule === rule &&
    (suppression.firstLine === 0 ||
      (range.line >= suppression.firstLine && range.line <= suppression.lastLine))
  );
}

function maySilence(
  suppressible: Suppressible | undefined,
  diagnostic: Diagnostic,
  schema: Schema,
): boolean {
  if (typeof suppressible === 'function') return suppressible(diagnostic, schema);
  return (
    suppressible === 'always' || (suppressible === 'warnings' && diagnostic.severity !== 'error')
  );
}

function suppressibleById(rules: readonly Rule[]): ReadonlyMap<string, Suppressible> {
  return new Map(rules.map((rule) => [rule.id, rule.suppressible]));
}
