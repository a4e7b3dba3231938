/** Mistakes in REGISTRY.md that keep the gate from knowing what to verify. */
import type { Diagnostic } from '../kernel/diagnostic.js';
import { scan } from '../markdown/scan.js';
import type { Heading } from '../markdown/types.js';
import { REGISTRY_FILE } from '../registry/load-schema.js';
import { MODULE_HEADING, partName } from '../registry/registry-part.js';
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
  const matters = (diagnostic: Diagnostic): boolean =>
    diagnostic.severity === 'error' && decidesProtection(headings, diagnostic.range.line);
  return diagnostics.filter(matters).map((diagnostic) => ({
    file: diagnostic.range.file,
    line: diagnostic.range.line,
    problem: 'registry',
    message: diagnostic.message,
    hint: diagnostic.hint ?? `correct REGISTRY.md and run nocturne sign ${REGISTRY_FILE}`,
  }));
}

/** What is protected, and what is a log. */
const SOUGHT: ReadonlySet<string | undefined> = new Set(['R1', 'R3']);

/**
 * Whether a mistake at that line can change what R1 and R3 say: inside them, in a heading that may
 * have been meant for one of them, or anywhere when one of the core's is missing.
 */
function decidesProtection(headings: readonly Heading[], line: number): boolean {
  const core = headings.filter((heading) => heading.depth === 2).map(partName);
  if (!core.includes('R1') || !core.includes('R3')) return true;
  const above = headings.filter((heading) => heading.line <= line && heading.depth <= 3);
  const section = above.findLast((heading) => heading.depth <= 2);
  const part = above.at(-1);
  if (section === undefined || part === undefined) return false;
  if (!MODULE_HEADING.test(section.text))
    return SOUGHT.has(partName(section)) || (part.line === line && SOUGHT.has(partName(part)));
  return part === section || part.line === line || SOUGHT.has(partName(part));
}
