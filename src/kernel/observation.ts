/** A fact about this machine or a workspace, with a verdict. */
import { defined } from './defined.js';

/** `off`: not there, and not needed. `unknown`: Nocturne could not check it. */
export type Verdict = 'working' | 'broken' | 'off' | 'unknown';
/** `fix`: a command, or one sentence. */
export type Observation = {
  readonly verdict: Verdict;
  readonly fact: string;
  readonly fix?: string;
};

export const working = (fact: string): Observation => ({ verdict: 'working', fact });
export const broken = (fact: string, fix: string): Observation => ({
  verdict: 'broken',
  fact,
  fix,
});
export const off = (fact: string, fix?: string): Observation =>
  defined({ verdict: 'off', fact, fix });
export const unknown = (fact: string, fix?: string): Observation =>
  defined({ verdict: 'unknown', fact, fix });
