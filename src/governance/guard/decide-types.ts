/** What a decision is made from, and what is gathered on the way to it. */
import type { Diagnostic } from '../../kernel/diagnostic.js';
import type { Snapshot } from '../../workspace/types.js';
import type { PathWorld } from './path.js';
import type { FileProbe } from './probe.js';
import type { Step } from './shell-types.js';
import type { Authority, Reason } from '../types.js';

export type DecideOptions = {
  /** What the disk says now; default: the disk. */
  readonly probe?: FileProbe;
  /** `$NOCTURNE_HOME`, so that it is reserved when it stands inside the workspace. */
  readonly home?: string;
  /** Folder in which a command starts, relative to the workspace; default: its root. */
  readonly cwd?: string;
  /**
   * The pre-approval (`PA-003`) under which a path outside the scope may be written, if there is
   * one.
   */
  readonly authorise?: (path: string) => string | undefined;
  /** Sends that are being judged together with this one, by destination. */
  readonly sent?: ReadonlyMap<string, number>;
  /** Told of every file that the action would touch. */
  readonly seen?: (target: {
    readonly path: string;
    readonly op: string;
    readonly after: Uint8Array | undefined;
    readonly unseen: boolean;
  }) => void;
};

export type Judging = {
  readonly snapshot: Snapshot;
  readonly authority: Authority;
  readonly world: PathWorld;
  readonly options: DecideOptions;
};
export type Verdicts = {
  readonly reasons: Reason[];
  readonly paths: string[];
  readonly diagnostics: Diagnostic[];
  readonly broken: Reason[];
  readonly used: Set<string>;
  /** What the command runs, as it was judged. */
  steps?: readonly Step[];
  /** What the files that the action touches would hold; `undefined`: they would be gone. */
  readonly texts: Map<string, string | undefined>;
};
