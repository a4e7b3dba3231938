/** Mistakes in REGISTRY.md because of which the gate does not know what to verify. */
import type { Diagnostic } from '../kernel/diagnostic.js';
import { scan } from '../markdown/scan.js';
import type { Heading } from '../markdown/types.js';
import { REGISTRY_FILE } from '../registry/load-schema.js';
import { MODULE_HEADING, partName } from '../registry/registry-part.js';
import type { LoadedSchema } from '../registry/types.js';
import type { GateFinding } from './gate-report.js';

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

/** They declare the logs and the protected files. */
const SOUGHT: ReadonlySet<string | undefined> = new Set(['R1', 'R3']);

/**
 * Whether a mistake on that line can change R1 or R3: it is inside them, in a heading that may be
 * theirs, or anywhere if one of the core's two parts is missing.
 */
function decidesProtection(headings: readonly Heading[], line: number): boolean {
  const core = headings.filter((heading) => heading.depth === 2).map(partName);
  if (!core.includes('R1') || !core.includes('R3')) return true;
  const above = headings.filter((heading) => heading.line <= line && heading.depth <= 3);
  const section = above.findLast((heading) => heading.depth <= 2);
  const part = above.at(-1);
  if (section === undefined || part === undefined) return false;
  if (!MODULE_HEADING.test(section.text)) {
    const isAbout = (heading: Heading): boolean => SOUGHT.has(partName(heading));
    // It may be meant for a module, whose parts are then not read.
    if (part === section && part.line === line) return partsOf(headings, section).some(isAbout);
    return isAbout(section) || (part.line === line && isAbout(part));
  }
  return part === section || part.line === line || SOUGHT.has(partName(part));
}

/** A section's heading and those below it, up to the next section. */
function partsOf(headings: readonly Heading[], section: Heading): readonly Heading[] {
  const from = headings.slice(headings.indexOf(section));
  const next = from.findIndex(({ depth }, i) => i > 0 && depth <= section.depth);
  return next < 0 ? from : from.slice(0, next);
}
