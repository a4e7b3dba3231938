/** The terms in which every caller asks the guard for a decision. */
import type { Diagnostic } from '../kernel/diagnostic.js';
import type { ImpactedNode, Tier } from '../registry/types.js';
import type { Step } from './guard/shell-types.js';

/**
 * `read` is judged only where a path is nobody's to read: the state directory, keys and
 * credentials.
 */
export type ActionKind =
  | 'read'
  | 'write'
  | 'edit'
  | 'append'
  | 'delete'
  | 'rename'
  | 'exec'
  | 'send';
export type Action = {
  readonly kind: ActionKind;
  /** As the caller gave it: absolute or relative to the workspace. */
  readonly path?: string;
  readonly to?: string;
  /** The file's whole proposed content (write, edit) or the appended bytes (append). */
  readonly content?: string | Uint8Array;
  /** edit, write: the content replaces the whole file, whatever it held. */
  readonly whole?: true;
  /** read: the lines that the caller is shown, from 1; `to` can be beyond the end. */
  readonly lines?: { readonly from: number; readonly to: number };
  readonly command?: string;
  readonly argv?: readonly string[];
  /** exec: what will run, read from `command` and judged in its place. */
  readonly steps?: readonly Step[];
  /** exec: variables that the caller sets. */
  readonly env?: Readonly<Record<string, string>>;
  /** exec: start folder, relative to the workspace or absolute; default: the caller's. */
  readonly cwd?: string;
};

export type Reason = { readonly code: ReasonCode; readonly message: string };
export const REASON_CODES = [
  'allowed',
  'pre-approved',
  'owner',
  'path-invalid',
  'path-outside',
  'path-symlink',
  'path-hard-link',
  'path-case',
  'path-look-alike',
  'path-reserved',
  'tier-protected',
  'tier-manifest',
  'tier-code',
  'tier-free',
  'append-only',
  'bundle-only',
  'field-writer',
  'out-of-scope',
  'earlier-phase',
  'contract',
  'unique',
  'reference',
  'rule',
  'secret',
  'command-unknown',
  'command-denied',
  'command-unparsable',
  'tool-not-allowed',
  'no-token',
  'send-denied',
  'not-utf8',
  'unreadable',
  'tool-unknown',
  'capability',
  'approval',
  'approval-declined',
  'approval-void',
  'egress',
  'stale',
] as const;
export type ReasonCode = (typeof REASON_CODES)[number];

export type Verdict = 'allow' | 'deny' | 'ask';
export type Decision = {
  readonly verdict: Verdict;
  readonly tier: Tier | undefined;
  readonly reasons: readonly Reason[];
  readonly impact: readonly ImpactedNode[];
  readonly diagnostics: readonly Diagnostic[];
  /** What R2 and R6 have against it, whoever asks: the owner's verdict does not depend on it. */
  readonly broken: readonly Reason[];
  readonly authorisation?: string;
  /** exec that is allowed in a pass: the command as it was judged, every word quoted. */
  readonly command?: string;
};

/**
 * What an agent may call of the command line and the tools during its pass; the owner sets it for
 * each runner.
 */
export const CAPABILITIES = ['disabled', 'project', 'workspace'] as const;
export type Capability = (typeof CAPABILITIES)[number];

/**
 * On whose behalf. A pass without a project (idle, manager) may write only what `writes` says.
 * `guest`: an agent in a session without a pass, with a person in front of it: protected files,
 * logs and bundle-only files are refused, and what the guard cannot read is asked about.
 */
export type Authority =
  | { readonly kind: 'owner' }
  | { readonly kind: 'reader' }
  | {
      readonly kind: 'guest';
      readonly name: string;
      /** Settings of hosts: who may write them could switch the guard off. */
      readonly settings?: readonly RegExp[];
    }
  | {
      readonly kind: 'pass';
      readonly runId: string;
      readonly role: 'worker' | 'manager';
      readonly project: string | undefined;
      readonly phase: string | undefined;
      /** Outputs that no pass of this phase wrote: they are immutable. */
      readonly earlierOutputs: readonly string[];
      /** Globs relative to the workspace. */
      readonly writes: readonly string[];
      /** Tools (programs) the phase allows; `undefined`: what the tool registry allows. */
      readonly tools: readonly string[] | undefined;
    };

/**
 * One assertion of a stop condition or of a pass's criteria, evaluated. `where` is a file, with a
 * line if there is one.
 */
export type AssertionResult = {
  readonly assertion: string;
  readonly holds: boolean;
  readonly expected: string;
  readonly found: string;
  readonly where?: string;
  /**
   * The assertion could not be evaluated (unknown kind, bad pattern, time-out): never counts as
   * true.
   */
  readonly error?: string;
  /** With `error`: it is text for people, which the owner knows. */
  readonly isText?: true;
  /** From 0, it holds, to 1, nothing of it is there. */
  readonly distance: number;
  /** Of assertions that count. */
  readonly progress?: { readonly found: number; readonly needed: number };
};
