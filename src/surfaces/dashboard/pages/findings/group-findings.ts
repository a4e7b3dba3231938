/** The findings of a check, chosen by the address of the page and counted by rule or by file. */
import type { DiagnosticJson, ReportJson } from '../../../../report/json.js';

export type Finding = DiagnosticJson;
export type Grouping = 'rule' | 'file';
export type Group = {
  readonly name: string;
  readonly count: number;
  readonly errors: number;
  readonly fixable: number;
};

/** `from`: how many are on the pages before. */
export type Choice = {
  readonly by: Grouping;
  readonly only: string | undefined;
  readonly from: number;
};

export const PAGE_ROWS = 200;

export function choiceOf(query: Readonly<Record<string, string>>): Choice {
  return {
    by: query['by'] === 'file' ? 'file' : 'rule',
    only: query['only'],
    from: /^\d{1,7}$/.test(query['from'] ?? '') ? Number(query['from']) : 0,
  };
}

export function addressOf({ by, only, from }: Choice): string {
  const words = new URLSearchParams({ by });
  if (only !== undefined) words.set('only', only);
  if (from > 0) words.set('from', String(from));
  return `/findings?${words}`;
}

/** The most urgent first: errors, then many. */
export function groupFindings(found: ReportJson['diagnostics'], by: Grouping): readonly Group[] {
  const groups = new Map<string, { count: number; errors: number; fixable: number }>();
  for (const finding of found) {
    const group = groups.get(finding[by]) ?? { count: 0, errors: 0, fixable: 0 };
    groups.set(finding[by], group);
    group.count++;
    if (finding.severity === 'error') group.errors++;
    if (finding.fixable) group.fixable++;
  }
  return [...groups]
    .map(([name, group]) => ({ name, ...group }))
    .sort((a, b) => b.errors - a.errors || b.count - a.count || a.name.localeCompare(b.name));
}

/** Those of the chosen group, in the order of the groups and within them of the files. */
export function chosenFindings(
  found: ReportJson['diagnostics'],
  groups: readonly Group[],
  { by, only }: Choice,
): readonly Finding[] {
  const order = new Map(groups.map(({ name }, index) => [name, index]));
  return found
    .filter((finding) => only === undefined || finding[by] === only)
    .toSorted((a, b) => (order.get(a[by]) ?? 0) - (order.get(b[by]) ?? 0));
}
