/**
 * What the owner wrote into the briefing and no question took. The next briefing replaces the
 * section, so it repeats these lines.
 */
import { join } from 'node:path';
import { stamp } from '../../kernel/clock.js';
import { fieldText, fieldTime } from '../../project/field-text.js';
import { writeFileDurably } from '../../workspace/durable.js';
import { readTextIfThere } from '../../workspace/read-if-there.js';
import type { Snapshot } from '../../workspace/types.js';
import type { Deed } from '../act.js';

/** Of the fields of a section, the briefing has its time only. */
const FIELD_LINE = /^[ \t]*[-*+] +\*\*(?!Time\b)[^*\n]+(?::\*\*|\*\*:).*(?:\r?\n|$)/gim;

/** Keeps the briefing as it is written, to recognise what others add to it. */
export function keepBriefing(state: string, { time, body }: { time: Date; body: string }): void {
  writeFileDurably(pathOf(state), `${stamp(time)}\n${body}`, { mode: 0o600 });
}

export function ownLines(snapshot: Snapshot, state: string): readonly string[] {
  const written = readTextIfThere(pathOf(state));
  const page = snapshot.records('BRIEFING')[0];
  const text = page === undefined ? undefined : snapshot.text(page.file);
  if (written === undefined || page === undefined || text === undefined) return [];
  // An older page, from a backup, differs in lines that nobody added.
  if ((fieldTime(page, 'time') ?? 0) < Date.parse(written.split('\n')[0] ?? '')) return [];
  const known = new Set(written.split(/\r?\n/).map((line) => line.trim()));
  const answers = ['NOTIFICATION', 'NOTIFICATION-ARCHIVE'].flatMap((object) =>
    snapshot.records(object).map((record) => fieldText(record, 'answer')),
  );
  return text
    .slice(page.start, page.end)
    .split(/\r?\n/)
    .slice(1)
    .flatMap((line): string[] => {
      const whole = line.trim();
      if (known.has(whole) || /^[-*+] \*\*Time:?\*\*/.test(whole)) return [];
      const ours = [...known].find((start) => start.length > 20 && whole.startsWith(start)) ?? '';
      const own = whole.slice(ours.length).replace(/^(?:[-*+] +)?(?:\*\*Answer:?\*\*:?)?/, '');
      const said = own.trim();
      return said === '' || answers.some((answer) => answer.includes(said)) ? [] : [said];
    });
}

/** A line that looks like a field would hide what follows it from the new briefing. */
export function withoutFieldLines(view: Snapshot): Deed {
  const page = view.records('BRIEFING')[0];
  const text = page === undefined ? undefined : view.text(page.file);
  const nothing = { reason: 'morning', changes: [], audit: [] };
  if (page === undefined || text === undefined) return nothing;
  const section = text.slice(page.start, page.end);
  const cleared = section.replace(FIELD_LINE, '');
  if (cleared === section) return nothing;
  const content = text.slice(0, page.start) + cleared + text.slice(page.end);
  return { ...nothing, changes: [{ kind: 'write', path: page.file, content }] };
}

function pathOf(state: string): string {
  return join(state, 'briefing.md');
}
