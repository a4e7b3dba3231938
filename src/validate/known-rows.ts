/** What is known of the rows of a table that somebody edits. A row that changes is another one. */
import { originOf } from '../markdown/kept-rows.js';
import type { Rec } from '../markdown/types.js';
import type { FileFacts } from './fact-types.js';

export type RecordFacts = Pick<FileFacts, 'keys' | 'references' | 'uniques'>;

export class KnownRows {
  readonly #right = new WeakSet<Rec>();
  readonly #facts = new WeakMap<Rec, { readonly line: number; readonly facts: RecordFacts }>();

  /** Whether its fields keep their contract. */
  isRight(record: Rec): boolean {
    return this.#right.has(originOf(record));
  }

  addRight(record: Rec): void {
    this.#right.add(originOf(record));
  }

  /** @param read its facts, which say on which line they are. */
  factsOf(record: Rec, read: () => RecordFacts): RecordFacts {
    const [origin, { line }] = [originOf(record), record.range];
    const known = this.#facts.get(origin);
    if (known?.line === line) return known.facts;
    const facts = read();
    this.#facts.set(origin, { line, facts });
    return facts;
  }
}
