/** Which change sets are home: their files are large, and read again only when they changed. */
import { arrivalMark, readArrival } from './claim-store.js';
import type { Arrival } from './task.js';

type Known = Pick<Arrival, 'attempt' | 'package' | 'sha256'>;

export class Arrived {
  readonly #state: string;
  readonly #known = new Map<string, { readonly mark: string; readonly arrival: Known }>();

  constructor(state: string) {
    this.#state = state;
  }

  of(task: string): Known | undefined {
    const mark = arrivalMark(this.#state, task);
    const known = this.#known.get(task);
    if (mark === '') {
      this.#known.delete(task);
      return undefined;
    }
    if (known?.mark === mark) return known.arrival;
    const read = readArrival(this.#state, task);
    if (read === undefined) return undefined;
    const { attempt, package: packed, sha256 } = read;
    const arrival = { attempt, package: packed, sha256 };
    this.#known.set(task, { mark, arrival });
    return arrival;
  }
}
