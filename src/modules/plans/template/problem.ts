/** What is wrong in a template or among the steps of a plan, and where. */
import { defined } from '../../../kernel/defined.js';
import type { Diagnostic } from '../../../kernel/diagnostic.js';
import { didYouMean } from '../../../kernel/nearest-name.js';
import type { Complaint } from '../../../project/condition-read.js';
import type { YamlPath } from '../../../project/condition-place.js';
import { inline } from '../../../project/condition-read.js';
import type { z } from 'zod';

export type Problem = Omit<Diagnostic, 'rule' | 'severity'>;
export type Report = (complaint: Complaint) => void;

/** Adds what is reported to `problems`. */
export function reporter(problems: Problem[], place: (path: YamlPath) => Problem['range']): Report {
  return ({ path, ...rest }) => {
    problems.push({ ...rest, range: place(path) });
  };
}

/** `keys`: the names that are known where a name is not. */
export function reportIssues(
  issues: readonly z.core.$ZodIssue[],
  data: unknown,
  report: Report,
  keys: (path: YamlPath) => readonly string[],
): void {
  for (const issue of issues) {
    const path = issue.path.map((step) => (typeof step === 'symbol' ? String(step) : step));
    if (issue.code === 'unrecognized_keys')
      for (const key of issue.keys) report(unknownKey([...path, key], keys(path)));
    else report(unexpected(path, issue, valueAt(data, path)));
  }
}

function unknownKey(path: YamlPath, keys: readonly string[]): Complaint {
  const key = String(path.at(-1));
  return {
    path,
    message: `there is no key "${key}" here`,
    expected: keys.join(', '),
    actual: key,
    ...defined({ hint: didYouMean(key, keys) }),
  };
}

function unexpected(path: YamlPath, issue: z.core.$ZodIssue, actual: unknown): Complaint {
  const name = path.findLast((step) => typeof step === 'string');
  const subject = name === undefined ? 'this' : `"${name}"`;
  const hint = issue.code === 'custom' ? issue.params?.['hint'] : undefined;
  return {
    path,
    message: actual === undefined ? `${subject} is missing` : `${subject} is not ${issue.message}`,
    expected: issue.message,
    actual: actual === undefined ? 'nothing' : inline(actual, 80),
    ...defined({ hint: typeof hint === 'string' ? hint : undefined }),
  };
}

function valueAt(data: unknown, path: YamlPath): unknown {
  let value = data;
  for (const step of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Readonly<Record<string | number, unknown>>)[step];
  }
  return value;
}
