/** REGISTRY.md with the sections that these modules bring, and with no other module's. */
import { scan } from '../markdown/scan.js';
import { endOfPart, MODULE_HEADING } from './registry-part.js';

/**
 * @param text the shipped REGISTRY.md, with or without sections of modules.
 * @param pages what each module brings: a text that begins with `## Module NAME`. They stand at the
 * end, in this order.
 */
export function composeRegistry(text: string, pages: readonly string[]): string {
  const doc = scan(text);
  const core = doc.headings
    .filter((heading) => heading.depth === 2 && MODULE_HEADING.test(heading.text))
    .reduceRight(
      (rest, heading) => rest.slice(0, heading.start) + rest.slice(endOfPart(doc, heading)),
      text,
    );
  return `${[core, ...pages].map((part) => part.trim()).join('\n\n')}\n`;
}
