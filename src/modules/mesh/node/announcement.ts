/** What a node says about itself every few seconds, signed, in the bucket `mesh-nodes`. */

export const ANNOUNCE_MS = 10_000;
/** Of the protocol between nodes: two that follow each other work together. */
export const PROTOCOL = 1;

/** A claim that its node still works on; the owner takes a claim that is not named for lost. */
export type RunningClaim = {
  readonly owner: string;
  readonly task: string;
  readonly attempt: number;
};
export type Announcement = {
  readonly node: string;
  /** Made up when it starts: messages to it name it. */
  readonly session: string;
  /** Counts up in a session. */
  readonly seq: number;
  readonly version: string;
  /** By its own clock; only shown. */
  readonly time: string;
  readonly tags: readonly string[];
  readonly models: readonly string[];
  readonly tools: readonly string[];
  readonly capacity: number;
  readonly running: readonly RunningClaim[];
  /** Its X25519 key, base64url: what is sent to it is encrypted. Missing: of an earlier release. */
  readonly reader?: string;
  /** It ends now. */
  readonly leaves?: true;
};
