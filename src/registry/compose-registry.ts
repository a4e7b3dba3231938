/** Replaces the module sections of REGISTRY.md with those of the given modules. */
import { scan } from '../markdown/scan.js';
import { scopeOf } from '../markdown/find-records.js';
import { MODULE_HEADING } from './registry-part.js';

/**
 * @param text the shipped REGISTRY.md, with or without module sections.
 * @param pages the section of each module, beginning with `## Module NAME`; added at the end.
 */
export function composeRegistry(text: string, pages: readonly string[]): string {
  const doc = scan(text);
  const core = doc.headings
    .filter((heading) => heading.depth === 2 && MODULE_HEADING.test(heading.text))
    .reduceRight(
      (rest, heading) => rest.slice(0, heading.start) + rest.slice(scopeOf(doc, heading).end),
      text,
    );
  return `${[core, ...pages].map((part) => part.trim()).join('\n\n')}\n`;
}
