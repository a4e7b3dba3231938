/** A rule: an id, whether comments may silence it, and a function that returns diagnostics. */
import type { Diagnostic, Severity } from '../kernel/diagnostic.js';
import type { Schema } from '../registry/types.js';
import type { Snapshot } from '../workspace/types.js';
import type { FileFacts } from './fact-types.js';
import type { GovernedFile } from './governed-file.js';

/** `warnings`: comments may silence its warnings and informations, but not its errors. */
export type Suppressible =
  | 'always'
  | 'warnings'
  | 'never'
  | ((diagnostic: Diagnostic, schema: Schema) => boolean);

type Named = {
  /** Permanent; the name of its page in `orchestration-os/rules-reference/`. */
  readonly id: string;
  /** The highest that it reports. */
  readonly severity: Severity;
  readonly suppressible: Suppressible;
};

/** Checks one file. It depends only on path, bytes and schema, so the cache stores its result. */
export type FileRule = Named & {
  readonly kind: 'file';
  run(file: GovernedFile): readonly Diagnostic[];
};

/** Needs the whole workspace, the time, or something outside the workspace. */
export type WorkspaceRule = Named & {
  readonly kind: 'workspace';
  /**
   * Whether it reads nothing but its context. What it reads of that is traced, and the cache stores
   * its result until something of it changes.
   */
  readonly isTraced?: true;
  /** Whether it may find an error in this file. Without it, its severity says so for every file. */
  mayErrIn?(snapshot: Snapshot, path: string): boolean;
  run(context: WorkspaceContext): readonly Diagnostic[] | Promise<readonly Diagnostic[]>;
};

export type Rule = FileRule | WorkspaceRule;

export type WorkspaceContext = {
  readonly snapshot: Snapshot;
  readonly schema: Schema;
  /** The facts of each file that was read. */
  readonly facts: ReadonlyMap<string, FileFacts>;
  /** Objects with a file that is missing or could not be read. */
  readonly unread: ReadonlySet<string>;
  /** Files that should have facts. */
  readonly unreadable: readonly string[];
  /** Objects whose records are left out, so that queries over them are not run. */
  readonly unasked: ReadonlySet<string>;
  /** `$NOCTURNE_HOME`. Without it, rules about keys and anchors report nothing. */
  readonly home: string | undefined;
  /** Modules that this installation has. */
  readonly modules: readonly string[] | undefined;
  /** Without it, rules do not check commands. */
  readonly commands: CommandCheck | undefined;
};

/** What is wrong with the words after `nocturne`; `undefined` if nothing is. */
export type CommandCheck = (words: readonly string[]) => Promise<CommandProblem | undefined>;
export type CommandProblem = { readonly message: string; readonly expected: string };
