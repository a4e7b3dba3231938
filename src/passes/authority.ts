/** What callers know about a running pass, and on whose behalf the guard decides. */
import type { Authority, Capability } from '../governance/types.js';
import type { PassCopy } from './copy/pass-copy.js';

/** No more than this is needed to judge, to record a refusal and to ask the owner. */
export type PassOnDuty = {
  readonly runId: string;
  /** Under which the pass commits. */
  readonly fence: number;
  readonly request: { readonly role: 'worker' | 'manager' };
  /** What its agent may call of the command line and the tools. */
  readonly capability: Capability;
  readonly project: string | undefined;
  readonly phase: string | undefined;
  /** Outputs that were there before the phase. */
  readonly earlierOutputs: readonly string[];
  readonly writes: readonly string[];
  readonly tools: readonly string[] | undefined;
  /** Where its agent works, if not in the workspace. */
  readonly copy?: PassCopy;
};

export type PassAuthority = Extract<Authority, { kind: 'pass' }>;

export function authorityOf(pass: Omit<PassOnDuty, 'fence' | 'capability'>): PassAuthority {
  return {
    kind: 'pass',
    runId: pass.runId,
    role: pass.request.role,
    project: pass.project,
    phase: pass.phase,
    earlierOutputs: pass.earlierOutputs,
    writes: pass.writes,
    tools: pass.tools,
  };
}
