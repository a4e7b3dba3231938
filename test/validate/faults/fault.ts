/** An injected fault: the workspace with it, and where it has to be found. */
import { type Content, type Files, text } from '../base-workspace.js';
import { textOf } from '../edit-workspace.js';
import { fullFiles } from './full-workspace.js';

export type Fault = {
  readonly kind: string;
  readonly page: string;
  readonly rule: string;
  readonly line: number;
  readonly files: Files;
};

/** The lines of a page after the fault, and the line (from 1) of the mistake. */
export type Damage = {
  readonly lines: readonly string[];
  readonly line: number;
  readonly rule?: string;
};

export type FaultKind = {
  readonly kind: string;
  readonly rule: string;
  /** `undefined`: the page has nothing that can break in this way. */
  readonly damage: (lines: readonly string[], page: string) => Damage | undefined;
};

export function inject(kinds: readonly FaultKind[], pages: readonly string[]): readonly Fault[] {
  return pages.flatMap((page) =>
    kinds.flatMap(({ kind, rule, damage }): Fault[] => {
      const done = damage(textOf(fullFiles(), page).split('\n'), page);
      if (done === undefined) return [];
      const files = new Map<string, Content>(fullFiles());
      files.set(page, text(done.lines.join('\n')));
      return [{ kind, page, rule: done.rule ?? rule, line: done.line, files }];
    }),
  );
}

/** `lines` with `added` in the place of `count` lines from `index`. */
export function splice(
  lines: readonly string[],
  index: number,
  count: number,
  ...added: readonly string[]
): string[] {
  return [...lines.slice(0, index), ...added, ...lines.slice(index + count)];
}
