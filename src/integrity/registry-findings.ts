/** Mistakes in REGISTRY.md that keep the gate from knowing what to verify. */
import type { Diagnostic } from '../kernel/diagnostic.js';
import { scan } from '../markdown/scan.js';
import { REGISTRY_FILE } from '../registry/load-schema.js';
import type { LoadedSchema } from '../registry/types.js';
import type { GateFinding } from './gate-report.js';

/**
 * What is protected and what is a log stands in R1 and R3; where they cannot be read, the gate
 * cannot know what to verify.
 */
export function registryFindings(
  text: string | undefined,
  diagnostics: LoadedSchema['diagnostics'],
): GateFinding[] {
  if (diagnostics.length === 0) return [];
  const { headings } = scan(text ?? '');
  const isIn = (name: string, line: number): boolean => {
    const heading = headings.find((one) => one.depth === 2 && one.text.startsWith(`${name} `));
    const next = headings.find(
      (one) => heading !== undefined && one.start > heading.start && one.depth <= 2,
    );
    return (
      heading === undefined ||
      (line >= heading.line && line < (next?.line ?? Number.POSITIVE_INFINITY))
    );
  };
  const matters = (one: Diagnostic): boolean =>
    one.severity === 'error' && (isIn('R1', one.range.line) || isIn('R3', one.range.line));
  return diagnostics.filter(matters).map((one) => ({
    file: one.range.file,
    line: one.range.line,
    problem: 'registry',
    message: one.message,
    hint: one.hint ?? `correct REGISTRY.md and run nocturne sign ${REGISTRY_FILE}`,
  }));
}
