/** A re-ranker reads the query together with each of the best passages. */

export interface Reranker {
  readonly name: string;
  readonly depth: number;
  /** One score for each text, the higher the better. @throws NocturneError `RUN_FAILED`. */
  scores(question: string, texts: readonly string[]): Promise<readonly number[]>;
  close(): Promise<void>;
}
