/** What is wrong if a file has not exactly one place for the records of an object. */
import type { Diagnostic, Range } from '../kernel/diagnostic.js';
import { brokenTable } from './broken-table.js';
import { fieldName } from './field-name.js';
import { type FoundTable, scopeOf } from './find-records.js';
import { formatLocator } from './locator.js';
import { nearHeading } from './near-heading.js';
import { rangeOf, shapeError } from './range-of.js';
import type { Doc, Heading, RecordSpec, Span } from './types.js';

type Source = { readonly doc: Doc; readonly file: string; readonly spec: RecordSpec };
type Wanted = { readonly depth: number; readonly heading: string };

export function tableProblem(
  source: Source,
  found: Exclude<FoundTable, { kind: 'found' }>,
): Diagnostic {
  const { doc, file, spec } = source;
  const locator = formatLocator(spec.locator);
  const columns =
    spec.key.length > 0 ? `a table with the columns ${spec.key.join(', ')}` : 'a table';
  const expected = `${columns} under "${locator}"`;
  switch (found.kind) {
    case 'no-heading':
      return headingProblem(source, spec.locator.kind === 'table' ? spec.locator : undefined, {
        expected,
        instead: tableLike(doc, spec),
      });
    case 'no-table': {
      const broken = brokenTable(doc, scopeOf(doc, found.heading));
      if (broken !== undefined)
        return shapeError(
          rangeOf(doc, file, broken.span),
          `${broken.message}, and nothing reads the records of ${spec.object}`,
          { expected: broken.expected, hint: broken.hint },
        );
      return shapeError(
        rangeOf(doc, file, found.heading),
        `no table under "${locator}" for ${spec.object}`,
        {
          expected,
          hint: 'a table has a header row and a row of dashes such as | --- |, and is not indented or inside a comment or fence',
        },
      );
    }
    case 'ambiguous':
      return ambiguous(source, found.headings);
  }
}

/** The heading of the only section of an object, or of its sections, is not there. */
export function scopeProblem(source: Source, wanted: Wanted | undefined): Diagnostic {
  return headingProblem(source, wanted, {
    expected: `sections "${formatLocator(source.spec.locator)}"`,
  });
}

/** At the line that was probably meant, or at `instead`, or at the start of the file. */
function headingProblem(
  { doc, file, spec }: Source,
  wanted: Wanted | undefined,
  more: { readonly expected: string; readonly instead?: Span | undefined },
): Diagnostic {
  const heading = `${'#'.repeat(wanted?.depth ?? 1)} ${wanted?.heading ?? ''}`;
  const near = wanted === undefined ? undefined : nearHeading(doc, wanted);
  const first = doc.lineStarts[0] ?? 0;
  const range = rangeOf(doc, file, near ?? more.instead ?? { start: first, end: first });
  return shapeError(range, `heading "${heading}" of ${spec.object} not found`, {
    expected: more.expected,
    hint:
      near === undefined
        ? `write the heading "${heading}" above its records`
        : `write this heading as "${heading}"`,
  });
}

/** The header of a table with the key of the object. */
function tableLike(doc: Doc, { key }: RecordSpec): Span | undefined {
  if (key.length === 0) return undefined;
  return doc.tables.find(({ header }) => {
    const names = header.cells.map((cell) => fieldName(doc.text.slice(cell.start, cell.end)));
    return key.every((name) => names.includes(name));
  })?.header;
}

export function ambiguous({ doc, file, spec }: Source, headings: readonly Heading[]): Diagnostic {
  const [first, second] = headings;
  const range: Range = rangeOf(doc, file, second ?? { start: 0, end: 0 });
  return {
    rule: 'locator-ambiguous',
    severity: 'error',
    message: `the heading "${second?.text ?? ''}" of ${spec.object} occurs ${headings.length} times in this file`,
    range,
    expected: `"${formatLocator(spec.locator)}" once`,
    actual: `${headings.length} times`,
    hint: 'rename or remove one of the headings',
    related: first ? [{ message: 'first here', range: rangeOf(doc, file, first) }] : [],
  };
}
