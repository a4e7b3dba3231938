/** Rule near-miss: text that looks like a record or one of its fields is read as one. */
import { linesNextToField } from '../../project/answer-places.js';
import type { Diagnostic } from '../../kernel/diagnostic.js';
import { fieldLabel } from '../../markdown/field-name.js';
import { findSections, type Section } from '../../markdown/find-records.js';
import { sectionKey } from '../../markdown/key.js';
import { formatLocator, matchesKey } from '../../markdown/locator.js';
import { unspaced } from '../../markdown/near-heading.js';
import { nearItems } from '../../markdown/near-items.js';
import { rangeOf } from '../../markdown/range-of.js';
import { type SectionParts, sectionParts } from '../../markdown/section-fields.js';
import type { Doc, Heading, Locator, Span } from '../../markdown/types.js';
import type { ObjectSpec } from '../../registry/types.js';
import type { GovernedFile } from '../governed-file.js';
import type { FileRule } from '../rule.js';
import { lostFences } from './near-miss-fences.js';

export const nearMiss: FileRule = {
  kind: 'file',
  id: 'near-miss',
  severity: 'error',
  suppressible: 'warnings',
  run: (file) =>
    file.objects.flatMap((object) => {
      const { doc } = file;
      if (doc === undefined || object.locator.kind !== 'section') return [];
      const found = findSections(doc, object.locator);
      if (found.kind !== 'found') return [];
      const source = { file, doc, object, locator: object.locator };
      return [
        ...lostHeadings(source, found.sections),
        ...found.sections.flatMap((section) => {
          const parts = sectionParts(doc, section);
          return [...lostItems(source, section, parts), ...lostFences(source, section, parts)];
        }),
      ];
    }),
};

export type SectionSource = {
  readonly file: GovernedFile;
  readonly doc: Doc;
  readonly object: ObjectSpec;
  readonly locator: Extract<Locator, { kind: 'section' }>;
};

/** Headings that are not sections of the object although fields of the object follow them. */
function lostHeadings(source: SectionSource, sections: readonly Section[]): Diagnostic[] {
  const { doc, file, object, locator } = source;
  // Without its only section, record-shape shows the heading that was meant.
  if (sections.length === 0 && !locator.match.includes('*')) return [];
  const read = new Set(sections.map(({ heading }) => heading.start));
  const almost = [
    ...doc.headings.filter((heading) => !read.has(heading.start) && isAlmost(heading, locator)),
    ...unspaced(doc).filter((heading) => locator.match === '*' || isAlmost(heading, locator)),
  ];
  return almost.flatMap((heading): Diagnostic[] => {
    if (!beginsRecord(doc, heading, object) || isOfAnother(file, heading)) return [];
    const form = formatLocator(locator);
    return [
      {
        rule: 'near-miss',
        severity: 'error',
        message: `"${heading.text.slice(0, 60)}" looks like a ${object.object}, but nothing reads it`,
        range: rangeOf(doc, file.path, heading),
        expected: `a heading "${form}"`,
        actual: doc.text.slice(heading.start, heading.end).slice(0, 60),
        hint: `write it as "${form.split(' in ')[0]}", with a space after the #${locator.within === undefined ? '' : `, below "${locator.within.heading}"`}`,
      },
    ];
  });
}

function isAlmost(heading: Heading, { match, depth }: SectionSource['locator']): boolean {
  if (match === '*') return heading.depth > 1 && heading.depth !== depth;
  const { key } = sectionKey(withHyphens(heading.text));
  return (
    matchesKey(match.toLowerCase(), key.toLowerCase()) &&
    // The title of a page often begins with the word of its only section.
    (heading.depth > 1 || match.includes('*'))
  );
}

/** As an editor or a tired person writes a key: with a dash, an underscore or a blank. */
function withHyphens(text: string): string {
  return text
    .replace(/^(?:\*\*|`)?([A-Za-z]+)[ _\u2010-\u2015\u2212]+(?=\d)/, '$1-')
    .replace(/(?<=\d)[_\u2010-\u2015\u2212](?=\d)/g, '-');
}

/** Whether its first line is a field that R2 requires of the object. */
function beginsRecord(doc: Doc, heading: Heading, object: ObjectSpec): boolean {
  const next = doc.headings.find(({ start }) => start > heading.start);
  const span = { start: heading.end, end: next?.start ?? doc.text.length };
  const required = [...object.fields.values()].filter(
    ({ required, name }) => required && name !== 'id' && name !== 'title',
  );
  const names = new Set(
    (required.length > 0 ? required : [...object.fields.values()]).map(({ name }) => name),
  );
  return nearItems(doc, span, names).length > 0;
}

/** Whether another object of the same file reads it. */
function isOfAnother(file: GovernedFile, heading: Span): boolean {
  return file.objects.some(
    ({ object, locator }) =>
      locator.kind === 'section' &&
      file.records(object).some(({ start }) => start === heading.start),
  );
}

/** Fields that the section lacks, on lines that are not written as fields. */
function lostItems(source: SectionSource, section: Section, parts: SectionParts): Diagnostic[] {
  const { doc, file, object } = source;
  const record = file.records(object.object).find(({ start }) => start === section.start);
  const lacking = new Set(
    [...object.fields.keys()].filter(
      (name) =>
        !['id', 'title', 'body'].includes(name) && (record?.fields.get(name)?.value ?? '') === '',
    ),
  );
  if (lacking.size === 0) return [];
  const items = parts.items.map(({ line }) => line.start);
  const answers =
    object.object === 'NOTIFICATION' ? linesNextToField(doc, section, object.fields) : [];
  const read = [...items, ...answers.map(({ start }) => start)];
  return nearItems(doc, { start: section.contentStart, end: section.end }, lacking).flatMap(
    (item): Diagnostic[] => {
      if (read.includes(item.start) || item.value === '') return [];
      const spec = object.fields.get(item.field);
      return [
        {
          rule: 'near-miss',
          severity: spec?.required === true ? 'error' : 'warning',
          message: `this line is not read as the field ${item.field} of ${record?.key ?? object.object}`,
          range: rangeOf(doc, file.path, trimmed(doc, item)),
          expected: `- **${fieldLabel(item.field)}:** ${item.value.slice(0, 60)}`,
          actual: doc.text.slice(item.start, item.end).trim().slice(0, 80),
          hint: 'write it as expected, not indented, directly below the heading',
        },
      ];
    },
  );
}

function trimmed({ text }: Doc, { start, end }: Span): Span {
  const line = text.slice(start, end);
  return {
    start: start + line.length - line.trimStart().length,
    end: start + line.trimEnd().length,
  };
}
