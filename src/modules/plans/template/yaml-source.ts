/** A YAML text as data, with the place of every value in it. */
import { type Document, parseDocument, visit } from 'yaml';
import { messageOf } from '../../../kernel/error.js';
import type { Range } from '../../../kernel/diagnostic.js';
import { lineMap, rangeAt } from '../../../kernel/text-position.js';
import { type YamlProblem, yamlProblem } from '../../../markdown/yaml-problem.js';
import { type Place, placesOf, type YamlPath } from '../../../project/condition-place.js';
import type { Problem } from './problem.js';

/** `range`: where `raw` is in its file. A `Cell` of front matter is one. */
export type YamlSource = { readonly range: Range; readonly raw: string };

export type YamlRead =
  | {
      readonly kind: 'data';
      readonly data: unknown;
      readonly place: Place;
      /** Where `token` is in the value at a path; the place of the value if it does not. */
      readonly find: (path: YamlPath, token: string) => Range;
    }
  | { readonly kind: 'problem'; readonly problem: Problem };

/** A whole file. */
export function yamlFile(file: string, text: string): YamlSource {
  return { range: rangeAt(lineMap(text), file, 0, text.length), raw: text };
}

/** Never throws. */
export function readYaml(source: YamlSource): YamlRead {
  // As `placesOf` does: a block that begins in the middle of a line keeps its indentation.
  const blanks = source.range.column - 1;
  const text = ' '.repeat(blanks) + source.raw;
  const failed = ({ offset, message, hint }: YamlProblem): YamlRead => {
    const before = text.slice(0, offset).split('\n');
    const line = source.range.line + before.length - 1;
    const column = (before.at(-1)?.length ?? 0) + 1;
    const range = { file: source.range.file, line, column, endLine: line, endColumn: column };
    return { kind: 'problem', problem: { range, message: `not valid YAML: ${message}`, hint } };
  };
  try {
    const document = parseDocument(text, { prettyErrors: false, logLevel: 'silent' });
    const [error] = [...document.errors, ...document.warnings];
    if (error !== undefined) return failed(withBraces(text, yamlProblem(text, error)));
    const braces = unquotedBraces(document, text);
    if (braces !== undefined)
      return failed({
        offset: braces,
        message: 'a value that begins with {{ is a map in YAML',
        hint: 'put the value in quotes',
      });
    const data = document.toJS({ maxAliasCount: 100 }) as unknown;
    const place = placesOf(source);
    return { kind: 'data', data, place, find: (path, token) => within(text, place(path), token) };
  } catch (cause) {
    return failed(yamlProblem(text, cause instanceof Error ? cause : new Error(messageOf(cause))));
  }
}

/** In a list or a map on one line, braces without quotes end the value. */
function withBraces(text: string, problem: YamlProblem): YamlProblem {
  const start = text.lastIndexOf('\n', problem.offset - 1) + 1;
  const [line = ''] = text.slice(start).split('\n', 1);
  return /[{[].*\{\{/.test(line) ? { ...problem, hint: 'put values with {{ in quotes' } : problem;
}

function unquotedBraces(document: Document, text: string): number | undefined {
  let found: number | undefined;
  visit(document, {
    Map(_, { range }) {
      if (range && text.startsWith('{{', range[0])) found = range[0];
      return found === undefined ? undefined : visit.BREAK;
    },
  });
  return found;
}

/** `text` begins in the first line of the file: only whole files are searched. */
function within(text: string, range: Range, token: string): Range {
  const lines = text.split('\n');
  for (let line = range.line; line <= range.endLine; line++) {
    const from = line === range.line ? range.column - 1 : 0;
    const index = lines[line - 1]?.indexOf(token, from) ?? -1;
    if (index === -1) continue;
    const column = index + 1;
    return { file: range.file, line, column, endLine: line, endColumn: column + token.length };
  }
  return range;
}
