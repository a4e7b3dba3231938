/**
 * What a rule is: an id, whether it may be silenced, and a function from what it looks at to
 * diagnostics.
 */
import type { Diagnostic, Severity } from '../kernel/diagnostic.js';
import type { Schema } from '../registry/types.js';
import type { Snapshot } from '../workspace/types.js';
import type { FileFacts } from './fact-types.js';
import type { GovernedFile } from './governed-file.js';

/** `warnings`: its warnings and informations may be silenced, its errors may not. */
export type Suppressible =
  | 'always'
  | 'warnings'
  | 'never'
  | ((diagnostic: Diagnostic, schema: Schema) => boolean);

type Named = {
  /** Permanent; the name of its page in `orchestration-os/rules-reference/`. */
  readonly id: string;
  /** The worst that it reports. */
  readonly severity: Severity;
  readonly suppressible: Suppressible;
};

/**
 * Looks at one file. Pure in its path, bytes and the schema, so that what it found can be kept by
 * content hash.
 */
export type FileRule = Named & {
  readonly kind: 'file';
  run(file: GovernedFile): readonly Diagnostic[];
};

/** Needs the whole workspace, time, or what is outside of it. */
export type WorkspaceRule = Named & {
  readonly kind: 'workspace';
  run(context: WorkspaceContext): readonly Diagnostic[] | Promise<readonly Diagnostic[]>;
};

export type Rule = FileRule | WorkspaceRule;

export type WorkspaceContext = {
  readonly snapshot: Snapshot;
  readonly schema: Schema;
  /** What is known of each file that was looked into; paths that are listed only are not in it. */
  readonly facts: ReadonlyMap<string, FileFacts>;
  /** Objects of which some file could not be read, or is missing. */
  readonly unread: ReadonlySet<string>;
  /** `$NOCTURNE_HOME`; without it, rules about keys and anchors say nothing. */
  readonly home: string | undefined;
  /** Modules that this installation has. */
  readonly modules: readonly string[] | undefined;
};
