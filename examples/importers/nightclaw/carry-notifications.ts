/** Reads the open questions to the owner. */
import { labelled } from './labelled.js';
import { withoutFences } from './sections.js';
import { oneLine, wordOf } from './plain-values.js';

export type NightNotice = {
  readonly priority: 'low' | 'medium' | 'high' | 'critical';
  readonly project: string;
  readonly kind: 'proposal' | 'escalation' | 'draft' | 'incident' | 'transition';
  readonly text: string;
  readonly body: string;
  readonly time: string;
};

const HEADER =
  /^\s*(?:[-*#]+\s+)?(?:\*\*)?(?<done>\[DONE[^\]]*\]\s*)?\[?(?<time>\d{4}-\d{2}-\d{2}[^|\]]*)\]?\s*\|(?<rest>.*\bPriority:.*)$/i;
const LABELS = [
  'context',
  'action required',
  'action',
  'proposal',
  'blocker',
  'attempted',
  'needs',
  'project',
  'path',
];
const PRIORITIES = ['low', 'medium', 'high', 'critical'] as const;

type Header = Readonly<Record<string, string | undefined>>;
type Entry = { readonly header: Header; readonly lines: string[] };

/** Oldest first. `done`: how many were answered; they are not imported. */
export function readNotifications(page: string): {
  readonly open: readonly NightNotice[];
  readonly done: number;
} {
  const entries: Entry[] = [];
  let current: Entry | undefined;
  for (const line of withoutFences(page).split(/\r?\n/)) {
    const header = HEADER.exec(line)?.groups;
    if (header !== undefined) {
      current = { header, lines: [] };
      entries.push(current);
    } else if (/^#{1,3}\s/.test(line)) current = undefined;
    else current?.lines.push(line);
  }
  const isDone = ({ header, lines }: Entry): boolean =>
    header['done'] !== undefined || lines.some((line) => /^\s*\[DONE\b/i.test(line));
  return {
    open: entries.filter((entry) => !isDone(entry)).map(noticeOf),
    done: entries.filter(isDone).length,
  };
}

function noticeOf({ header, lines }: Entry): NightNotice {
  const items = new Map(
    (header['rest'] ?? '').split('|').map((part): [string, string] => {
      const colon = part.indexOf(':');
      const name = part.slice(0, colon).trim().toLowerCase();
      return [name, wordOf(part.slice(colon + 1).replaceAll('*', ''))];
    }),
  );
  const body = lines
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^-{3,}$/.test(line));
  const fields = labelled(body.join('\n'), LABELS);
  const status = items.get('status') ?? '';
  const wanted = ['action required', 'needs', 'action', 'proposal', 'blocker', 'context']
    .map((label) => oneLine(fields.get(label) ?? ''))
    .find((text) => wordOf(text) !== '');
  const priority =
    PRIORITIES.find((candidate) => candidate === items.get('priority')?.toLowerCase()) ?? 'low';
  return {
    priority,
    project: items.get('project') ?? '',
    kind: kindOf(`${status} ${items.get('priority') ?? ''}`),
    text: wanted ?? (oneLine(body[0] ?? '') || status || 'no text'),
    body: body.join('\n'),
    time: header['time'] ?? '',
  };
}

function kindOf(status: string): NightNotice['kind'] {
  if (/transition/i.test(status)) return 'transition';
  if (/draft|pending-review/i.test(status)) return 'draft';
  if (/proposal/i.test(status)) return 'proposal';
  return /anomaly|scr-fail|integrity/i.test(status) ? 'incident' : 'escalation';
}
