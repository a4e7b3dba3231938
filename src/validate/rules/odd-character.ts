/**
 * Rule odd-character: what programs compare letter by letter has no invisible characters and none
 * that look like others.
 */
import type { Diagnostic, Severity } from '../../kernel/diagnostic.js';
import { type OddCharacter, oddCharacters } from '../../kernel/odd-characters.js';
import { showControl } from '../../kernel/show-control.js';
import { rangeAt } from '../../kernel/text-position.js';
import { lineStartsOf } from '../../markdown/line-starts.js';
import type { Rec } from '../../markdown/types.js';
import { REGISTRY_FILE } from '../../registry/load-schema.js';
import type { ObjectSpec } from '../../registry/types.js';
import type { GovernedFile } from '../governed-file.js';
import { CONDITION_FIELDS } from '../phase-facts.js';
import type { FileRule } from '../rule.js';

export const oddCharacter: FileRule = {
  kind: 'file',
  id: 'odd-character',
  severity: 'error',
  suppressible: 'warnings',
  run: (file) => {
    const { text } = file;
    if (text === undefined) return [];
    const all = oddCharacters(text);
    if (all.length === 0) return [];
    const spans = comparedSpans(file);
    const found = all.flatMap((odd): Found[] => {
      const span = spans.find(({ start, end }) => odd.index >= start && odd.index < end);
      if (span !== undefined) return [{ ...odd, place: span.place, severity: span.severity }];
      if (odd.name.startsWith('U+0000')) return [{ ...odd, place: 'this page', severity: 'error' }];
      return opensLine(text, odd)
        ? [{ ...odd, place: 'the mark before it', severity: 'error' }]
        : [];
    });
    return firstOfEach(found).map((odd) => diagnosticOf(file.path, text, odd));
  },
};

type Found = OddCharacter & { readonly place: string; readonly severity: Severity };
type Compared = {
  readonly start: number;
  readonly end: number;
  readonly place: string;
  readonly severity: Severity;
};

/** Fields of free text in which programs still look for exact words. */
const EXACT_TEXT: ReadonlySet<string> = new Set([
  ...Object.entries(CONDITION_FIELDS).flatMap(([object, fields]) =>
    fields.map((field) => `${object}.${field}`),
  ),
  'PROJECT.next_pass.writes',
  'RUNNER.program',
  'RUNNER.args',
  'RUNNER.endpoint',
  'OWNER.time_zone',
  'TOOL-RULE.program',
  'TOOL-RULE.allow',
  'TOOL-RULE.deny',
  'TOOL-RULE.probe',
  'DESTINATION.pattern',
]);

/** Keys, typed fields, conditions and the tables of the registry. */
function comparedSpans(file: GovernedFile): readonly Compared[] {
  const ofRecords = file.objects.flatMap((object) =>
    file.records(object.object).flatMap((record) => ofRecord(object, record)),
  );
  if (file.path !== REGISTRY_FILE || file.doc === undefined) return ofRecords;
  const cells = file.doc.tables.flatMap(({ rows, header }) =>
    [header, ...rows].flatMap((row) => row.cells.slice(0, header.cells.length - 1)),
  );
  const headings = file.doc.headings.filter(({ text }) => /^(?:R\d|Module|[a-z])/.test(text));
  return [
    ...ofRecords,
    ...[...cells, ...headings].map(
      ({ start, end }): Compared => ({
        start,
        end,
        place: 'this part of the registry',
        severity: 'error',
      }),
    ),
  ];
}

function ofRecord(object: ObjectSpec, record: Rec): readonly Compared[] {
  return [...record.fields].flatMap(([name, { start, end }]): Compared[] => {
    const spec = object.fields.get(name);
    const type = spec?.type.kind === 'list' ? spec.type.of.kind : spec?.type.kind;
    const isKey = object.key.includes(name) || (object.shape === 'section' && name === 'id');
    const isExact = EXACT_TEXT.has(`${object.object}.${name}`);
    const place = `${name} of ${showControl(record.key) || object.object}`;
    if (isKey || (type !== undefined && type !== 'text'))
      return [{ start, end, place, severity: 'error' }];
    return isExact ? [{ start, end, place, severity: 'warning' }] : [];
  });
}

/** Right after or before the mark of a heading, an item or a row, which then is none. */
function opensLine(text: string, { index, length, kind }: OddCharacter): boolean {
  if (kind === 'control') return false;
  const start = Math.max(text.lastIndexOf('\n', index - 1), text.lastIndexOf('\r', index - 1)) + 1;
  const before = text.slice(start, index).replace(/^\ufeff/, '');
  if (/^ {0,3}(?:#{1,6}|[-*+])$/.test(before)) return kind === 'hidden';
  return /^ {0,3}$/.test(before) && /^(?:#{1,6} |\| |[-*+] \*\*)/.test(text.slice(index + length));
}

/** One finding for each character of each place. */
function firstOfEach(found: readonly Found[]): readonly Found[] {
  const seen = new Set<string>();
  return found.filter(({ place, name }) => {
    const id = `${place}\0${name}`;
    return seen.has(id) ? false : seen.add(id);
  });
}

function diagnosticOf(file: string, text: string, odd: Found): Diagnostic {
  const { index, length, name, kind, like, place, severity } = odd;
  const map = { starts: lineStartsOf(text), length: text.length };
  const what = kind === 'look-alike' ? `looks like ${like} and is not` : 'nobody can see';
  return {
    rule: 'odd-character',
    severity,
    message: `${place} contains ${name}, which ${what}`,
    range: rangeAt(map, file, index, index + length),
    expected: like ?? 'no such character',
    actual: name,
    hint: like === undefined ? 'delete it' : `type ${like} instead`,
  };
}
