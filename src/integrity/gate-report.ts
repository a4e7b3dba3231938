/** What the gate found, in the words of every surface that shows it. */
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

/** `hint`: the ways out. `seal`: which line of the manifest's front matter it is about. */
export type GateFinding = {
  readonly file: string;
  readonly line?: number;
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
};

/**
 * `owned`: somebody is trusted to sign this workspace (false for a template that nobody has taken
 * yet). `files`: how many protected files were
 * verified, `checked` which. `owner`: fingerprint of the key and when it signed.
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

/** The rule of `validate` that says the same thing. */
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
