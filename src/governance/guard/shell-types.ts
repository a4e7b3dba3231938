/** A shell command after it was read: programs, their words, and where input and output go. */

/**
 * One word as a program gets it. `unknown`: the program that starts this one fills it in (`xargs`,
 * `find -exec`), and `text` holds only what is written around it.
 */
export type Word = { readonly text: string; readonly certainty: 'sure' | 'unknown' };

export type Redirect =
  | { readonly fd: 0; readonly mode: 'read'; readonly to: string }
  | { readonly fd: 0; readonly mode: 'text'; readonly text: string }
  | { readonly fd: 1 | 2; readonly mode: 'write' | 'append'; readonly to: string }
  | { readonly fd: 1 | 2; readonly mode: 'copy'; readonly of: 1 | 2 };

/** One program. Redirections apply from left to right. */
export type SimpleCommand = {
  readonly env: readonly { readonly name: string; readonly value: string }[];
  readonly words: readonly string[];
  readonly redirects: readonly Redirect[];
};

/** A pattern of `*` and `?`, in a folder, and the names that it stood for when it was read. */
export type Expanded = {
  readonly folder: string;
  readonly pattern: string;
  readonly names: readonly string[];
};

/**
 * `join`: the operator before it. `folder`: where it runs, relative to the workspace. `enter`: the
 * step is `cd`; when it fails, the whole command ends. `expanded`: what a shell would expand only
 * now, after the steps before it.
 */
export type Step = {
  readonly join: ';' | '&&' | '||';
  readonly folder: string;
  readonly expanded?: readonly Expanded[];
} & (
  | { readonly enter: string; readonly pipeline?: undefined }
  | { readonly pipeline: readonly SimpleCommand[]; readonly enter?: undefined }
);

/** `problems`: why the command is not run; the steps are then not complete. */
export type Script = { readonly steps: readonly Step[]; readonly problems: readonly string[] };
