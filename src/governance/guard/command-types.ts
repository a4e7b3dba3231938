/** What a command is judged against, and what the judgement holds. */
import type { Effect } from './effects.js';
import type { ToolRule } from './tool-rules.js';
import type { Reason } from '../types.js';

export type CommandWorld = {
  readonly rules: readonly ToolRule[];
  readonly tools: readonly string[] | undefined;
  /** Folder in which the command starts, relative to the workspace. */
  readonly cwd: string;
  /**
   * Where `cd` leads from a folder; `exists`: it is sure to succeed; `undefined`: outside the
   * workspace or through a link.
   */
  folder(from: string, target: string): Folder | undefined;
};
export type Folder = { readonly path: string; readonly exists: boolean };

/** Folders in which a command may run; `undefined` among them: not known. */
export type Folders = readonly (string | undefined)[];

export type PlacedEffect = Effect & { readonly from: string };

/** `foreign`: programs that run code of their own, whose effects no words tell. */
export type CommandJudgement = {
  readonly effects: readonly PlacedEffect[];
  readonly reasons: readonly Reason[];
  readonly foreign: readonly string[];
};
