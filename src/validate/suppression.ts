/** Reads the comments of a file that silence a rule. */
import type { Range } from '../kernel/diagnostic.js';
import { rangeOf } from '../markdown/range-of.js';
import type { Doc } from '../markdown/types.js';
import { withoutCode } from '../markdown/without-code.js';
import type { GovernedFile } from './governed-file.js';

/** Silences `firstLine` to `lastLine`; the whole file if both are 0. */
export type Suppression = {
  readonly rule: string;
  readonly reason: string;
  readonly firstLine: number;
  readonly lastLine: number;
  /** The comment. */
  readonly range: Range;
  /** The rule's name in it. */
  readonly ruleRange: Range;
};

const MARK = 'nocturne-ignore';
const COMMENT = /<!--\s*nocturne-ignore(-file)?(?![\w-])\s*([^\s:]*)\s*(?::\s*([\s\S]*?))?\s*-->/g;
const YAML_COMMENT =
  /^[ \t]*(#[ \t]*nocturne-ignore(-file)?(?![\w-])[ \t]*([^\s:]*)[ \t]*(?::[ \t]*(.*?))?)[ \t]*\r?$/gm;

/**
 * `<!-- nocturne-ignore RULE: reason -->` covers the next line that is not blank (the whole table
 * if one begins there), `nocturne-ignore-file` the whole file. In front matter and in the YAML
 * blocks of records it is a comment `# nocturne-ignore RULE: reason`.
 */
export function readSuppressions(file: GovernedFile): readonly Suppression[] {
  const { doc, path } = file;
  if (doc === undefined || !doc.text.includes(MARK)) return [];
  const found: Suppression[] = [];
  const add = (comment: {
    start: number;
    end: number;
    wholeFile: boolean;
    rule: string;
    ruleStart: number;
    reason: string;
  }): void => {
    const range = rangeOf(doc, path, comment);
    const next = comment.wholeFile ? { first: 0, last: 0 } : linesAfter(doc, range.endLine);
    const ruleRange = rangeOf(doc, path, {
      start: comment.ruleStart,
      end: comment.ruleStart + comment.rule.length,
    });
    found.push({
      rule: comment.rule,
      reason: comment.reason.trim(),
      firstLine: next.first,
      lastLine: next.last,
      range,
      ruleRange,
    });
  };
  for (const match of withoutCode(doc, { frontMatter: true }).matchAll(COMMENT)) {
    const [whole, scope, rule = '', reason = ''] = match;
    add({
      start: match.index,
      end: match.index + whole.length,
      wholeFile: scope !== undefined,
      rule,
      ruleStart:
        match.index + whole.indexOf(rule, whole.indexOf(MARK) + MARK.length + (scope?.length ?? 0)),
      reason,
    });
  }
  for (const span of yamlSpans(doc, file.objects.length > 0)) {
    for (const match of doc.text.slice(span.start, span.end).matchAll(YAML_COMMENT)) {
      const [whole, comment = '', scope, rule = '', reason = ''] = match;
      const start = span.start + match.index + whole.indexOf(comment);
      add({
        start,
        end: start + comment.length,
        wholeFile: scope !== undefined,
        rule,
        ruleStart:
          start + comment.indexOf(rule, comment.indexOf(MARK) + MARK.length + (scope?.length ?? 0)),
        reason,
      });
    }
  }
  return found;
}

function yamlSpans(doc: Doc, holdsRecords: boolean): { start: number; end: number }[] {
  const front =
    doc.frontMatter === undefined
      ? []
      : [{ start: doc.frontMatter.contentStart, end: doc.frontMatter.contentEnd }];
  const fences = holdsRecords
    ? doc.fences
        .filter((fence) => /^ya?ml[ \t]+\w/i.test(fence.info))
        .map((fence) => ({ start: fence.contentStart, end: fence.contentEnd }))
    : [];
  return [...front, ...fences];
}

function linesAfter(doc: Doc, line: number): { first: number; last: number } {
  const startOf = (number: number): number => doc.lineStarts[number - 1] ?? doc.text.length;
  let first = line + 1;
  while (
    first < doc.lineStarts.length &&
    doc.text.slice(startOf(first), startOf(first + 1)).trim() === ''
  )
    first++;
  const table = doc.tables.find((candidate) => candidate.header.line === first);
  return { first, last: table === undefined ? first : (table.rows.at(-1) ?? table.delimiter).line };
}
