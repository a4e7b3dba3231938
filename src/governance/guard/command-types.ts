/** What a command is judged against, and what the judgement holds. */
import type { Effect } from './effects.js';
import type { ToolRule } from './tool-rules.js';
import type { Reason } from '../types.js';

export type CommandWorld = {
  readonly rules: readonly ToolRule[];
  readonly tools: readonly string[] | undefined;
  /** Folder in which the command starts, relative to the workspace. */
  readonly cwd: string;
};

/** `from`: the folder, relative to the workspace, in which the program runs. */
export type PlacedEffect = Effect & { readonly from: string };

/** `foreign`: programs that run code of their own, whose effects no words tell. */
export type CommandJudgement = {
  readonly effects: readonly PlacedEffect[];
  readonly reasons: readonly Reason[];
  readonly foreign: readonly string[];
};
