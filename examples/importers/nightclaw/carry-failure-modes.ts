/**
 * Imports NightClaw's failure modes: a number that is taken becomes the next free one, and the
 * entry says what it was.
 */
import { defined } from '../../../src/kernel/defined.js';
import { NocturneError } from '../../../src/kernel/error.js';
import { appendRecord } from '../../../src/markdown/edit-records.js';
import type { ObjectSpec } from '../../../src/registry/types.js';
import { labelled } from './labelled.js';
import { pageSections } from './sections.js';
import { oneLine, wordOf } from './plain-values.js';

export type CarriedModes = {
  readonly text: string;
  readonly carried: readonly { readonly from: string; readonly to: string }[];
  readonly left: readonly string[];
};

const LABELS = [
  'name',
  'symptom',
  'root cause',
  'cause',
  'detection signal',
  'detection',
  'fix',
  'prevention',
  'status',
  'added',
  'source',
  'resolution date',
  'resolution note',
  'last seen',
  'severity',
];
const STATUSES: Readonly<Record<string, string>> = {
  open: 'open',
  active: 'open',
  mitigated: 'mitigated',
  resolved: 'resolved',
};
/** NightClaw records none of the three scores, so each gets the middle of the scale. */
const MIDDLE = 5;
const NOT_RECORDED = 'Not recorded.';

export function carryFailureModes(
  page: string,
  target: { readonly shipped: string; readonly spec: ObjectSpec },
): CarriedModes {
  let text = target.shipped;
  const taken = new Set([...text.matchAll(/^## (FM-\d+)/gm)].map((match) => match[1] ?? ''));
  const carried: { from: string; to: string }[] = [];
  const left: string[] = [];
  for (const section of pageSections(page)) {
    const heading = /^(FM-\d{3,})\b[\s:|—–-]*(.*)$/.exec(section.title);
    if (heading === null) continue;
    const [, from = '', titled = ''] = heading;
    const to = taken.has(from) ? nextId(taken) : from;
    try {
      text = appendRecord(text, target.spec, {
        id: to,
        ...entry(section.text, titled, from === to ? '' : ` (${from} in NightClaw)`),
      });
    } catch (error) {
      if (!(error instanceof NocturneError)) throw error;
      left.push(`${from}: ${error.message}`);
      continue;
    }
    taken.add(to);
    carried.push({ from, to });
  }
  return { text, carried, left };
}

function entry(
  text: string,
  titled: string,
  was: string,
): Readonly<Record<string, string | number>> {
  const fields = labelled(text, LABELS);
  const value = (...names: readonly string[]): string =>
    names.map((name) => lines(fields.get(name) ?? '')).find((line) => wordOf(line) !== '') ?? '';
  const status =
    wordOf(fields.get('status'))
      .split(/[\s(,|]/)[0]
      ?.toLowerCase() ?? '';
  return {
    title: `${oneLine(wordOf(titled) || value('name')).replaceAll('-', ' ') || 'unnamed'}${was}`,
    symptom: value('symptom') || NOT_RECORDED,
    detection: value('detection signal', 'detection') || NOT_RECORDED,
    cause: value('root cause', 'cause') || NOT_RECORDED,
    fix: value('fix') || NOT_RECORDED,
    ...defined({ prevention: value('prevention') || undefined }),
    severity: MIDDLE,
    occurrence: MIDDLE,
    detectability: MIDDLE,
    status: STATUSES[status] ?? 'open',
  };
}

function lines(text: string): string {
  return text
    .split('\n')
    .map(oneLine)
    .filter((line) => line !== '')
    .join('\n');
}

function nextId(taken: ReadonlySet<string>): string {
  const highest = Math.max(0, ...[...taken].map((id) => Number(id.slice(3))));
  return `FM-${String(highest + 1).padStart(3, '0')}`;
}
