/** Reads a `*** Begin Patch` text (OpenAI's apply_patch) as actions. */
import { defined } from '../../kernel/defined.js';
import type { Snapshot } from '../../workspace/types.js';
import { namedText } from '../../governance/host-tools/tool-readers.js';
import type { Action } from '../../governance/types.js';

type Section = {
  readonly kind: 'add' | 'update' | 'delete';
  readonly path: string;
  moveTo?: string;
  readonly lines: string[];
};
export type PatchReading =
  | { readonly kind: 'acts'; readonly actions: readonly Action[] }
  | { readonly kind: 'unreadable'; readonly why: string };

const HEADER = /^\*\*\* (Add|Update|Delete) File: (.+)$/;

/** If a hunk is not found, only the path is judged here, and the content after the pass. */
export function patchActions(snapshot: Snapshot, patch: string): PatchReading {
  const sections: Section[] = [];
  const lines = patch.replaceAll('\r\n', '\n').split('\n');
  const begin = lines.findIndex((line) => line.trim() === '*** Begin Patch');
  const end = lines.findIndex((line, index) => index > begin && line.trim() === '*** End Patch');
  if (begin < 0 || end < 0)
    return { kind: 'unreadable', why: 'the patch has no *** Begin Patch … *** End Patch' };
  for (const line of lines.slice(begin + 1, end)) {
    const [, verb, path] = HEADER.exec(line.trimEnd()) ?? [];
    const current = sections.at(-1);
    if (verb !== undefined && path !== undefined)
      sections.push({ kind: verb.toLowerCase() as Section['kind'], path: path.trim(), lines: [] });
    else if (current !== undefined && line.startsWith('*** Move to: '))
      current.moveTo = line.slice(13).trim();
    else if (current !== undefined) current.lines.push(line);
    else if (line.trim() !== '')
      return { kind: 'unreadable', why: `the patch begins with "${line.slice(0, 80)}"` };
  }
  if (sections.length === 0) return { kind: 'unreadable', why: 'the patch names no file' };
  return { kind: 'acts', actions: sections.flatMap((section) => actionsOf(snapshot, section)) };
}

function actionsOf(snapshot: Snapshot, section: Section): readonly Action[] {
  const { path, moveTo } = section;
  if (section.kind === 'delete') return [{ kind: 'delete', path }];
  if (section.kind === 'add')
    return [
      {
        kind: 'write',
        path,
        content: `${section.lines.map((line) => line.replace(/^\+/, '')).join('\n')}\n`,
        whole: true,
      },
    ];
  const content = updated(namedText(snapshot, path), section.lines);
  const target: Action = {
    kind: 'edit',
    path: moveTo ?? path,
    ...defined({ content }),
  };
  return moveTo === undefined
    ? [target]
    : [
        { kind: 'delete', path },
        { ...target, kind: 'write' },
      ];
}

/** Searches hunks from the end of the last one, as the tool does. */
function updated(before: string | undefined, lines: readonly string[]): string | undefined {
  if (before === undefined) return undefined;
  let after = before;
  let from = 0;
  for (const hunk of hunksOf(lines)) {
    const old = hunk
      .filter((line) => !line.startsWith('+'))
      .map((line) => line.slice(1))
      .join('\n');
    const fresh = hunk
      .filter((line) => !line.startsWith('-'))
      .map((line) => line.slice(1))
      .join('\n');
    const start = old === '' ? after.length : after.indexOf(old, from);
    if (start < 0) return undefined;
    after = `${after.slice(0, start)}${fresh}${after.slice(start + old.length)}`;
    from = start + fresh.length;
  }
  return after;
}

function hunksOf(lines: readonly string[]): readonly (readonly string[])[] {
  const hunks: string[][] = [[]];
  for (const line of lines) {
    if (line.startsWith('@@')) hunks.push([]);
    else if (line !== '*** End of File') hunks.at(-1)?.push(line === '' ? ' ' : line);
  }
  return hunks.filter((hunk) => hunk.length > 0);
}
