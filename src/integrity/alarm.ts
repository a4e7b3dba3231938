/** An alarm: what the findings of the gate mean together, and the one command that ends it. */
import { joinedByAnd } from '../kernel/words.js';

/**
 * `lost`: a signed page is missing or empty, which no owner means. `older-copy`: the workspace is
 * an earlier state of itself. `stopping`: a page that nobody signs, and that every pass needs.
 * `machine`, `moved`, `copied`, `no-key`, `other-owner`: who trusts whom, and where.
 * `damaged-log`: not as its anchor says.
 */
export type AlarmKind =
  | 'unowned'
  | 'machine'
  | 'moved'
  | 'copied'
  | 'no-key'
  | 'other-owner'
  | 'damaged-trust'
  | 'lost'
  | 'line-endings'
  | 'formatting'
  | 'conflict'
  | 'sync-copy'
  | 'stopping'
  | 'journal'
  | 'older-copy'
  | 'damaged-log'
  | 'changed-pages'
  | 'registry'
  | 'state-inside';

/**
 * `message`: one sentence or two. `command`: what puts it right; the owner fills in words in
 * capitals. `asks`: whether it needs the owner's yes.
 */
export type Alarm = {
  readonly kind: AlarmKind;
  readonly message: string;
  readonly command?: string;
  readonly asks: boolean;
  readonly files: readonly string[];
};

export const REPAIR = 'nocturne doctor --fix';
export const ACCEPT = 'nocturne audit anchor';
export const JOIN = 'nocturne init --join';

/** `a, b and 3 more`. */
export function someFiles(files: readonly string[]): string {
  const most = 3;
  if (files.length <= most) return joinedByAnd(files);
  return `${files.slice(0, most - 1).join(', ')} and ${files.length - most + 1} more`;
}
