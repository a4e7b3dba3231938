/** What an agent may look at through a door: a text file of the workspace, or some of its lines. */
import { isAbsolute, posix } from 'node:path';
import { decide } from '../../governance/guard/decide.js';
import type { Action, Reason } from '../../governance/types.js';
import { NocturneError } from '../../kernel/error.js';
import type { Snapshot } from '../../workspace/types.js';
import { clip } from './clip.js';
import { conclude, judge } from '../door.js';
import { seenBy, type ToolAnswer, type ToolContext } from './tool-caller.js';

export type ReadArguments = {
  readonly path: string;
  /** First and last line, from 1, both included. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
};

/**
 * @throws NocturneError `REFUSED` for what is nobody's to read, `NOT_FOUND`, `BAD_VALUE` for a
 * range that is none.
 */
export function readTool(
  context: ToolContext,
  { path: given, from, to }: ReadArguments,
): ToolAnswer {
  const snapshot = seenBy(context);
  const path = readablePath(context, snapshot, given);
  const content = snapshot.text(path);
  if (content === undefined) throw noTextFile(snapshot, path);
  const lines = content.split('\n');
  const count = content.endsWith('\n') ? lines.length - 1 : lines.length;
  if (from !== undefined && from > Math.max(count, 1))
    throw new NocturneError('BAD_VALUE', `${path} has ${count} lines; from is ${from}`, {
      file: path,
      hint: 'ask for lines that are there',
    });
  if (from !== undefined && to !== undefined && to < from)
    throw new NocturneError('BAD_VALUE', `from is ${from} and to is ${to}`, {
      file: path,
      hint: 'give the first line as from and the last one as to',
    });
  const text = clip(lines.slice((from ?? 1) - 1, to).join('\n'));
  return {
    text,
    data: { path, lines: count, from: from ?? 1, to: Math.min(to ?? count, count), text },
  };
}

export function noTextFile(snapshot: Snapshot, path: string): NocturneError {
  if (snapshot.files.has(path))
    return new NocturneError('UNREADABLE', `${path} is not a text file that can be read`, {
      file: path,
      hint: 'only UTF-8 text is read here, and no links are followed',
    });
  const inside = [...snapshot.files.keys()].filter((file) => file.startsWith(`${path}/`));
  if (inside.length > 0)
    return new NocturneError('NOT_FOUND', `${path} is a folder with ${inside.length} files`, {
      hint: `such as ${inside.slice(0, 5).join(', ')}; the table files in a query lists them all`,
    });
  return new NocturneError('NOT_FOUND', `there is no file ${path} in the workspace`, {
    hint: 'paths are relative to the workspace; the table files in a query lists them',
  });
}

/** The workspace path of what was named. A refusal of a pass is on record. */
function readablePath(
  { workspace, caller }: ToolContext,
  snapshot: Snapshot,
  given: string,
): string {
  const path = pathInside(snapshot.root, given);
  const also: readonly Reason[] =
    path === undefined
      ? [
          {
            code: 'path-outside',
            message: `${given.slice(0, 200)} is outside the workspace; only files of the workspace are read here`,
          },
        ]
      : [];
  const action: Action = { kind: 'read', path: given };
  const judgement =
    caller.kind === 'pass'
      ? judge(workspace, caller.data, { door: caller.door, actions: [action], snapshot, also })
      : conclude([decide(snapshot, { kind: 'reader' }, action, { home: workspace.home })], also);
  if (judgement.verdict !== 'allow' || path === undefined)
    throw new NocturneError('REFUSED', judgement.text, {
      hint: 'read something else: this is not for agents',
    });
  return path;
}

/** Relative to the workspace, without `.` and `..`; `undefined` for a path that leads out of it. */
function pathInside(root: string, given: string): string | undefined {
  const normal = posix.normalize(given);
  const relative = isAbsolute(normal)
    ? normal.startsWith(`${root}/`)
      ? normal.slice(root.length + 1)
      : undefined
    : normal;
  return relative === undefined ||
    relative === '..' ||
    relative.startsWith('../') ||
    relative.includes('\0')
    ? undefined
    : relative.replace(/\/$/, '');
}
