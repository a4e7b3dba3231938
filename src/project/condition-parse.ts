/** YAML data → conditions, with a finding for everything that is not one. */
import { defined } from '../kernel/defined.js';
import type { Diagnostic } from '../kernel/diagnostic.js';
import { didYouMean } from '../kernel/nearest-name.js';
import { CONDITION_KINDS, isSimpleKind, readArguments } from './condition-kinds.js';
import { type Place, placesOf } from './condition-place.js';
import { inline, isMapping } from './condition-read.js';
import type { YamlPath } from './condition-place.js';
import type { Complain, Complaint } from './condition-read.js';
import type { Condition, ConditionBody, ConditionSource } from './condition-types.js';

export const CONDITION_RULE = 'stop-condition';

export type ParsedConditions = {
  readonly assertions: readonly Condition[];
  readonly diagnostics: readonly Diagnostic[];
};

/** Deeper nesting of all_of, any_of and not is refused: nobody can read it. */
const MAX_DEPTH = 8;

/**
 * `data` is the structure of the field (a list), or its text when the owner wrote prose. What
 * cannot be understood stays in the
 * list as an assertion that never holds, so that a condition cannot become easier by being
 * misspelled.
 * @param where the field: its cell, its range alone, or where each path of it is in a larger text.
 */
export function parseConditions(data: unknown, where: ConditionSource | Place): ParsedConditions {
  const place = typeof where === 'function' ? where : placesOf(where);
  const diagnostics: Diagnostic[] = [];
  const complain = ({ path, severity, ...rest }: Complaint & { severity?: 'warning' }): void => {
    diagnostics.push({
      rule: CONDITION_RULE,
      severity: severity ?? 'error',
      ...rest,
      range: place(path),
    });
  };
  return { assertions: readList(data, complain), diagnostics };
}

type Report = (complaint: Complaint & { severity?: 'warning' }) => void;

function readList(data: unknown, complain: Report): readonly Condition[] {
  if (data === undefined || data === null || data === '') return [];
  if (typeof data === 'string') return [prose(data, [], complain)];
  if (Array.isArray(data)) return data.map((item: unknown, i) => readOne(item, [i], complain));
  if (isMapping(data)) {
    complain({
      path: [],
      message: 'a condition is a list',
      expected: 'a list of assertions, each beginning with "- "',
      actual: inline(data, 80),
    });
    return [invalid(inline(data), 'not a list')];
  }
  complain({
    path: [],
    message: 'this is not a condition',
    expected: 'a list of assertions',
    actual: inline(data, 80),
  });
  return [invalid(inline(data), 'not a list of assertions')];
}

function readOne(item: unknown, path: YamlPath, complain: Report): Condition {
  if (typeof item === 'string' && item.trim() !== '') return prose(item, path, complain);
  const keys = isMapping(item) ? Object.keys(item) : [];
  const [kind] = keys;
  if (!isMapping(item) || kind === undefined || keys.length > 1)
    return malformed(item, keys, path, complain);
  const text = `${kind}: ${inline(item[kind])}`;
  const inside = [...path, kind];
  const problems: string[] = [];
  const note: Report = (complaint) => {
    if (complaint.severity === undefined)
      problems.push(
        complaint.hint === undefined
          ? complaint.message
          : `${complaint.message} (${complaint.hint})`,
      );
    complain(complaint);
  };
  const made = readKind(kind, item[kind], inside, note);
  return made === undefined
    ? invalid(text, problems[0] ?? 'it could not be read')
    : { ...made, text };
}

function readKind(
  kind: string,
  value: unknown,
  path: YamlPath,
  complain: Report,
): ConditionBody | undefined {
  if (kind === 'all_of' || kind === 'any_of') {
    const parts = readParts(kind, value, path, complain);
    return parts === undefined ? undefined : { kind, of: parts };
  }
  if (kind === 'not') {
    if (tooDeep(path, complain)) return undefined;
    if (isMapping(value)) return { kind, of: readOne(value, path, complain) };
    complain({
      path,
      message: '"not" is not one assertion',
      expected: 'one assertion; several go under all_of or any_of',
      actual: inline(value, 80),
    });
    return undefined;
  }
  if (isSimpleKind(kind))
    return readArguments(kind, value, { path, complain: complain as Complain });
  complain({
    path,
    message: `there is no condition of kind "${kind}"`,
    expected: CONDITION_KINDS.join(', '),
    actual: kind,
    ...defined({ hint: didYouMean(kind, CONDITION_KINDS) }),
  });
  return undefined;
}

function readParts(
  kind: string,
  value: unknown,
  path: YamlPath,
  complain: Report,
): readonly Condition[] | undefined {
  if (tooDeep(path, complain)) return undefined;
  if (Array.isArray(value) && value.length > 0)
    return value.map((item: unknown, i) => readOne(item, [...path, i], complain));
  complain({
    path,
    message: `"${kind}" is not a list`,
    expected: 'a list of at least one assertion',
    actual: inline(value, 80),
  });
  return undefined;
}

function tooDeep(path: YamlPath, complain: Report): boolean {
  if (path.filter((step) => typeof step === 'string').length <= MAX_DEPTH) return false;
  complain({
    path,
    message: `conditions are nested more than ${MAX_DEPTH} deep`,
    expected: 'a flatter list',
  });
  return true;
}

function prose(text: string, path: YamlPath, complain: Report): Condition {
  complain({
    path,
    severity: 'warning',
    message: 'this condition is text: nothing can check it, so it never holds',
    expected: 'an assertion such as "file_exists: outputs/*.md"',
    actual: inline(text, 80),
    hint: 'write it as an assertion, or keep it for people as a YAML comment (#)',
  });
  return { kind: 'text', text: inline(text) };
}

function malformed(
  item: unknown,
  keys: readonly string[],
  path: YamlPath,
  complain: Report,
): Condition {
  const several = keys.length > 1;
  const problem = several
    ? `one list item has several kinds: ${keys.join(', ')}`
    : 'this is not an assertion';
  complain({
    path,
    message: problem,
    expected: 'one kind and its arguments',
    actual: inline(item, 80),
    ...defined({
      hint: several
        ? 'begin each with its own "- "; arguments of a kind are indented below it'
        : undefined,
    }),
  });
  return invalid(inline(item), problem);
}

function invalid(text: string, problem: string): Condition {
  return { kind: 'invalid', text, problem };
}
