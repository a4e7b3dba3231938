/**
 * What hosts report about tasks that an agent gives to another one. The module `completion`
 * keeps the ledger.
 */

/**
 * `callId`: the host's id of the tool call that spawns; the only thing by which a child is matched
 * to its task.
 */
export type Spawn = {
  readonly callId: string;
  readonly host: string;
  /** The session that asks. */
  readonly requester: string;
  /** The whole text of the task. */
  readonly task: string;
  /** The agent that is to do it, as the host names it; empty for the default. */
  readonly target: string;
  readonly runId: string;
  /** How long it was declared to take. */
  readonly declaredMs?: number;
};

export type Registered =
  | {
      readonly kind: 'registered';
      readonly taskId: string;
      /** For the child, with its task: how it reports that it is done. */
      readonly instruction: string;
    }
  | { readonly kind: 'duplicate'; readonly taskId: string; readonly why: string };

export interface SpawnLedger {
  /**
   * Before the spawn happens. A duplicate (same task, requester and target, not ended) is to be
   * refused.
   */
  register(spawn: Spawn): Registered;
  /** The spawn took place. */
  linked(spawn: { readonly callId: string; readonly childSession: string }): void;
  /** It did not. */
  failed(spawn: { readonly callId: string; readonly why: string }): void;
  progress(child: { readonly childSession: string; readonly note: string }): void;
  /** The child's session ended: one of the two proofs of completion. */
  ended(child: {
    readonly childSession: string;
    readonly outcome: 'ok' | 'failed' | 'timeout';
    readonly detail: string;
  }): void;
}
