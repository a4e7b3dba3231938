/**
 * A last look at the best passages by a model that reads the question and a passage together; slow,
 * and asked for by a flag.
 */

export interface Reranker {
  readonly name: string;
  /** So many of the best are looked at. */
  readonly depth: number;
  /** The higher the better, one for each text. @throws NocturneError `RUN_FAILED`. */
  scores(question: string, texts: readonly string[]): Promise<readonly number[]>;
  close(): Promise<void>;
}
