/** The gate's result, as every surface shows it. */
import type { VerifiedPrefix } from './verified-logs.js';
import type { FirstBad, LogProblem } from './log-break.js';
import type { SealField } from './manifest.js';

export type GateProblem =
  | 'unowned'
  | 'untrusted'
  | 'manifest-missing'
  | 'manifest-malformed'
  | 'manifest-signature'
  | 'manifest-replaced'
  | 'manifest-older'
  | 'row-missing'
  | 'row-extra'
  | 'row-unsigned'
  | 'file-missing'
  | 'file-changed'
  | 'file-special'
  | 'file-unreadable'
  | 'registry'
  | 'log-missing'
  | 'log-unreadable'
  | 'anchors'
  | 'journal'
  | LogProblem;

/**
 * `hint`: what to do. `seq`: the row of a log. `seal`: the line of the manifest's front matter that
 * it is about.
 */
export type GateFinding = {
  readonly file: string;
  readonly line?: number;
  readonly seq?: number;
  readonly seal?: SealField;
  readonly problem: GateProblem;
  readonly message: string;
  readonly hint?: string;
};
export type ChainReport = {
  readonly file: string;
  readonly rows: number;
  readonly ok: boolean;
  readonly firstBad?: FirstBad;
  /** Of a long log that is sound. */
  readonly verified?: VerifiedPrefix;
};

/**
 * `owned`: false for a template without an owner. `owner`: fingerprint of the key, and when it
 * signed. `files`: how many protected files were verified; `checked`: which.
 */
export type GateReport = {
  readonly ok: boolean;
  readonly owned: boolean;
  readonly owner?: { readonly fingerprint: string; readonly signedAt: string };
  readonly findings: readonly GateFinding[];
  readonly files: number;
  readonly checked: readonly { readonly file: string; readonly ok: boolean }[];
  readonly chains: readonly ChainReport[];
};

/** The rule of `validate` that reports the same. */
export function ruleOfProblem(problem: GateProblem): string {
  switch (problem) {
    case 'registry':
      return 'registry-syntax';
    case 'row-missing':
    case 'row-extra':
      return 'protected-set';
    case 'file-missing':
    case 'file-changed':
    case 'file-special':
    case 'file-unreadable':
      return 'manifest-hash';
    case 'edited':
    case 'missing':
    case 'reordered':
    case 'truncated':
    case 'inserted':
    case 'foreign':
    case 'log-missing':
    case 'log-unreadable':
    case 'anchors':
    case 'journal':
      return 'log-chain';
    default:
      return 'manifest-signature';
  }
}
