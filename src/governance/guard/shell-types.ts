/** A shell command as the guard sees it: certain words, uncertain words, and redirections. */

/**
 * One word without quotes. `sure`: exactly what the program gets. `glob`: matching file names.
 * `unknown`: the shell decides, and `text` is only what was written around it.
 */
export type Word = {
  readonly text: string;
  readonly certainty: 'sure' | 'glob' | 'unknown';
  readonly quoted: boolean;
};

/** `to` is missing when only a descriptor is copied or closed (`2>&1`). */
export type Redirect = { readonly mode: 'read' | 'write' | 'append'; readonly to: Word };

/** Standard input from a here-document or here-string; `sure`: not expanded first. */
export type Input = { readonly text: string; readonly sure: boolean };

export type SimpleCommand = {
  readonly kind: 'simple';
  readonly assignments: readonly { readonly name: string; readonly value: Word }[];
  readonly words: readonly Word[];
  readonly redirects: readonly Redirect[];
  /** A holder, because the text of a here-document comes lines after its command. */
  readonly input: { value: Input | undefined };
  /** Commands inside `$(…)`, backticks, `<(…)` and `>(…)`; they run before. */
  readonly inner: readonly Script[];
};

export type GroupCommand = {
  readonly kind: 'group';
  readonly subshell: boolean;
  readonly body: Script;
  readonly redirects: readonly Redirect[];
  readonly inner: readonly Script[];
};
export type Command = SimpleCommand | GroupCommand;

/** `join`: the operator before it. The commands of a pipeline run in parallel. */
export type Step = {
  readonly join: ';' | '&&' | '||';
  readonly background: boolean;
  readonly pipeline: readonly Command[];
};

/** `branching`: steps may be skipped or repeated. `problems`: what could not be understood. */
export type Script = {
  readonly steps: readonly Step[];
  readonly branching: boolean;
  readonly problems: readonly string[];
};
