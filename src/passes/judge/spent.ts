/** What was asked of judges, and what that cost. */
import type { Spending, Usage } from '../../agents/types.js';
import type { AskedQuestion } from './question.js';

export type Spent = {
  readonly questions: readonly AskedQuestion[];
  /** `undefined`: nobody was asked. */
  readonly judge:
    | {
        readonly runner: string;
        readonly model: string;
        readonly usage: Usage;
        readonly spending?: Spending;
      }
    | undefined;
};
