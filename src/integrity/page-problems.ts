/** What is wrong with pages that nobody signs, but that records are read from. */
import { syncCopyOf } from '../kernel/sync-copy.js';
import { conflictLine } from '../markdown/conflict-markers.js';
import { routeOf } from '../registry/route.js';
import type { Snapshot } from '../workspace/types.js';
import { type Alarm, REPAIR, someFiles } from './alarm.js';
import { copiesAlarm } from './explain-alarms.js';
import { type StoppingPage, stoppingPages } from './pages-of-passes.js';

export type PageProblems = {
  readonly conflicts: readonly { readonly file: string; readonly line: number }[];
  readonly copies: readonly { readonly file: string; readonly original: string }[];
  readonly stopping: readonly StoppingPage[];
};

const GUARDED: ReadonlySet<string> = new Set(['PROTECTED', 'MANIFEST-VERIFY']);

const known = new WeakMap<Snapshot, PageProblems>();

export function pageProblems(snapshot: Snapshot): PageProblems {
  const problems = known.get(snapshot) ?? findProblems(snapshot);
  known.set(snapshot, problems);
  return problems;
}

function findProblems(snapshot: Snapshot): PageProblems {
  const { schema, files } = snapshot;
  const isRead = (path: string): boolean => snapshot.objectsOf(path).length > 0;
  const tierOf = (path: string): string => routeOf(schema, path).tier;
  const isOurs = (path: string): boolean => files.has(path) && tierOf(path) !== 'FREE';
  const conflicts = [...files.keys()].flatMap((file) => {
    if (!isRead(file) || !isOurs(file) || isChecked(snapshot, file)) return [];
    const line = conflictLine(snapshot.text(file) ?? '');
    return line === undefined ? [] : [{ file, line }];
  });
  const copies = [...files.keys()].flatMap((file) => {
    if (!isOurs(file) || GUARDED.has(tierOf(file))) return [];
    const original = syncCopyOf(
      file,
      (path) => isOurs(path) && (isRead(path) || GUARDED.has(tierOf(path))),
    );
    return original === undefined ? [] : [{ file, original }];
  });
  // A conflict is the first cause.
  const stopping = stoppingPages(snapshot).filter(
    (page) => !conflicts.some(({ file }) => file === page.file),
  );
  return { conflicts, copies, stopping };
}

/** The gate checks protected pages and logs. */
function isChecked({ schema, objectsOf }: Snapshot, path: string): boolean {
  return (
    GUARDED.has(routeOf(schema, path).tier) || objectsOf(path).some(({ shape }) => shape === 'log')
  );
}

export function pageAlarms({ conflicts, copies, stopping }: PageProblems): readonly Alarm[] {
  const files = conflicts.map(({ file }) => file);
  const alarms: Alarm[] = [];
  if (files.length > 0)
    alarms.push({
      kind: 'conflict',
      message: `${someFiles(files)} ${files.length === 1 ? `has conflict markers of git (line ${conflicts[0]?.line})` : 'have conflict markers of git'}: choose a side in your editor, or keep your own side.`,
      command: REPAIR,
      asks: true,
      files,
    });
  for (const { file, message, command } of stopping)
    alarms.push({ kind: 'stopping', message: `${message}.`, command, asks: false, files: [file] });
  if (copies.length > 0) alarms.push(copiesAlarm(copies));
  return alarms;
}
