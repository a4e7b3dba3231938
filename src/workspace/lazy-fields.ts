/** Fields of a record whose cells are made when somebody asks: of many records, most are not. */
import type { Cell } from '../markdown/types.js';

export class LazyFields implements ReadonlyMap<string, Cell> {
  readonly size: number;
  readonly #names: readonly string[];
  readonly #cellAt: (index: number) => Cell;
  /** @param size how many of the names have a cell. */
  constructor(names: readonly string[], cellAt: (index: number) => Cell, size = names.length) {
    this.size = size;
    this.#names = names;
    this.#cellAt = cellAt;
  }
  has(name: string): boolean {
    return this.#indexOf(name) >= 0;
  }
  get(name: string): Cell | undefined {
    const index = this.#indexOf(name);
    return index < 0 ? undefined : this.#cellAt(index);
  }
  *entries(): MapIterator<[string, Cell]> {
    for (let i = 0; i < this.size; i++) yield [this.#names[i] ?? '', this.#cellAt(i)];
  }
  *keys(): MapIterator<string> {
    for (let i = 0; i < this.size; i++) yield this.#names[i] ?? '';
  }
  *values(): MapIterator<Cell> {
    for (let i = 0; i < this.size; i++) yield this.#cellAt(i);
  }
  forEach(call: (cell: Cell, name: string, map: ReadonlyMap<string, Cell>) => void): void {
    for (const [name, cell] of this.entries()) call(cell, name, this);
  }
  [Symbol.iterator](): MapIterator<[string, Cell]> {
    return this.entries();
  }
  #indexOf(name: string): number {
    for (let i = 0; i < this.size; i++) if (this.#names[i] === name) return i;
    return -1;
  }
}
