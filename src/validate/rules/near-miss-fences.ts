/** Part of rule near-miss: fenced blocks of a section without the name of a field. */
import type { Diagnostic } from '../../kernel/diagnostic.js';
import { type Section, within } from '../../markdown/find-records.js';
import { fieldName } from '../../markdown/field-name.js';
import { linesIn } from '../../markdown/lines-in.js';
import { rangeOf } from '../../markdown/range-of.js';
import type { SectionParts } from '../../markdown/section-fields.js';
import type { SectionSource } from './near-miss.js';

export function lostFences(
  source: SectionSource,
  section: Section,
  parts: SectionParts,
): Diagnostic[] {
  const { doc, file, object } = source;
  const named = new Set(parts.fences.map(({ fence }) => fence.start));
  const present = new Set([...parts.fences, ...parts.items].map(({ name }) => name));
  const lacking = [...object.fields.values()].filter(
    ({ name, type }) => type.kind === 'list' && !present.has(name),
  );
  const indented = linesIn(doc, section).flatMap((line): Diagnostic[] => {
    const [, name = ''] = /^(?: {4,}|\t)\s*(?:```|~~~)ya?ml[ \t]+(\S+)/i.exec(line.text) ?? [];
    if (line.isClosed || !lacking.some((spec) => spec.name === fieldName(name))) return [];
    return [
      {
        rule: 'near-miss',
        severity: 'error',
        message: `this block is indented, so the field ${fieldName(name)} of ${section.key} is not read`,
        range: rangeOf(doc, file.path, line),
        expected: `\`\`\`yaml ${fieldName(name)}`,
        actual: line.text.slice(0, 80),
        hint: 'remove the indent of each line of the block',
      },
    ];
  });
  const unnamed = within(doc.fences, section).flatMap((fence): Diagnostic[] => {
    const [first] = lacking;
    if (first === undefined || named.has(fence.start) || !/^ya?ml$/i.test(fence.info.trim()))
      return [];
    const end = doc.text.indexOf('\n', fence.start);
    return [
      {
        rule: 'near-miss',
        severity: 'warning',
        message: `this block has no name, so no field of ${section.key} is read from it`,
        range: rangeOf(doc, file.path, { start: fence.start, end: end === -1 ? fence.end : end }),
        expected: `\`\`\`yaml ${first.name}`,
        actual: `\`\`\`${fence.info}`,
        hint: `write the name of its field after the language: ${lacking.map(({ name }) => name).join(', ')}`,
      },
    ];
  });
  return [...indented, ...unnamed];
}
