/** The facts of a file whose parts are made when somebody asks for them. */
import type { FileFacts } from './fact-types.js';

export const NO_FACTS: FileFacts = {
  diagnostics: [],
  keys: [],
  references: [],
  uniques: [],
  links: [],
  suppressions: [],
  phases: [],
  records: 0,
  unread: [],
};

/** A copy with `...` has none of the parts: they are not its own properties. */
export abstract class FactsView implements FileFacts {
  protected abstract part<K extends keyof FileFacts>(name: K): FileFacts[K];

  get diagnostics() {
    return this.part('diagnostics');
  }
  get keys() {
    return this.part('keys');
  }
  get references() {
    return this.part('references');
  }
  get uniques() {
    return this.part('uniques');
  }
  get links() {
    return this.part('links');
  }
  get phases() {
    return this.part('phases');
  }
  get suppressions() {
    return this.part('suppressions');
  }
  get records() {
    return this.part('records');
  }
  get unread() {
    return this.part('unread');
  }
}
