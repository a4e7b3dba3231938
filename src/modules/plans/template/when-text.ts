/** `when` as a text with variables: decides whether a step becomes part of the plan at all. */
import { type Lack, substitute, type Values } from './substitute.js';

const NO: ReadonlySet<string> = new Set(['', 'no', 'false', '0']);

/** `A == B`, `A != B`, or one text that is not empty, `no`, `false` or `0`. */
export function holds(when: string, values: Values, report: (lack: Lack) => void): boolean {
  const [, left = when, sign, right = ''] = /^(.*?)\s*([=!]=)\s*(.*)$/s.exec(when) ?? [];
  // Compared after the split, so that no value is read as a sign.
  const [a = '', b = ''] = [left, right].map((side) =>
    String(substitute(side, values, report)).trim(),
  );
  if (sign === undefined) return !NO.has(a.toLowerCase());
  return (a === b) === (sign === '==');
}
