/** Reads a text file of the workspace, or some of its lines. */
import { isAbsolute, posix } from 'node:path';
import { z } from 'zod';
import type { Reason } from '../governance/types.js';
import { NocturneError } from '../kernel/error.js';
import type { Snapshot } from '../workspace/types.js';
import { countLines } from './seen-file.js';
import { clip, type ToolAnswer, tool } from './tool.js';
import type { ToolContext } from './tool-context.js';

/** From 1, as a model may write it: `5` or `"5"`. */
const line = z.coerce.number().int().positive().max(10_000_000);
const args = z.strictObject({ path: z.string(), from: line.optional(), to: line.optional() });

export const readTool = tool({
  name: 'read',
  description:
    'Read a text file, or its lines from `from` to `to` (1-based, both included). Paths are relative to the workspace.',
  args,
  need: 'project',
  doors: ['chat', 'mcp', 'command line'],
  readOnly: true,
  structured: false,
  ofPass: false,
  run: readLines,
});

/** @throws NocturneError `REFUSED`, `NOT_FOUND`, `BAD_VALUE` for an impossible range. */
function readLines(
  context: ToolContext,
  { path: rawPath, from, to }: z.infer<typeof args>,
): ToolAnswer {
  const snapshot = context.seen();
  const path = readablePath(context, snapshot, rawPath);
  const content = snapshot.text(path);
  if (content === undefined) throw noTextFile(snapshot, path);
  const lines = content.split('\n');
  const count = countLines(content);
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
  const asked = lines.slice((from ?? 1) - 1, to).join('\n');
  const text = clip(asked);
  const last = Math.min(to ?? count, count);
  if (text === asked)
    context.files?.note(path, hashIn(snapshot, path), { from: from ?? 1, to: last, of: count });
  return {
    text,
    data: { path, lines: count, from: from ?? 1, to: last, text },
  };
}

function hashIn(snapshot: Snapshot, path: string): string {
  return snapshot.hash(path) ?? '';
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

function readablePath(context: ToolContext, snapshot: Snapshot, rawPath: string): string {
  const path = pathInside(snapshot.root, rawPath);
  const also: readonly Reason[] =
    path === undefined
      ? [
          {
            code: 'path-outside',
            message: `${rawPath.slice(0, 200)} is outside the workspace; only files of the workspace are read here`,
          },
        ]
      : [];
  const { verdict, reasons, text } = context.judge({
    actions: [{ kind: 'read', path: rawPath }],
    snapshot,
    also,
  });
  if (verdict !== 'allow' || path === undefined)
    throw new NocturneError('REFUSED', text, {
      hint: 'read something else: this is not for agents',
      reasons,
    });
  return path;
}

/** `undefined` for a path that leads out of the workspace. */
function pathInside(root: string, rawPath: string): string | undefined {
  const normal = posix.normalize(rawPath);
  const isElsewhere = isAbsolute(normal) && !normal.startsWith(`${root}/`);
  const relative = isAbsolute(normal) ? normal.slice(root.length + 1) : normal;
  return isElsewhere || relative === '..' || relative.startsWith('../') || relative.includes('\0')
    ? undefined
    : relative.replace(/\/$/, '');
}
