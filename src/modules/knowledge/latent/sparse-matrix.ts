/** A sparse matrix (compressed rows), and its product with a dense one. */

export type SparseMatrix = {
  /** The start of each row, and the end of the last. */
  readonly starts: Int32Array;
  readonly columns: Int32Array;
  readonly values: Float32Array;
};

/** From the entries above the diagonal. `each` runs twice and must be deterministic. */
export function symmetric(
  rows: number,
  each: (visit: (row: number, column: number, value: number) => void) => void,
): SparseMatrix {
  const starts = new Int32Array(rows + 1);
  each((row, column) => {
    starts[row + 1] = (starts[row + 1] as number) + 1;
    starts[column + 1] = (starts[column + 1] as number) + 1;
  });
  for (let row = 0; row < rows; row++)
    starts[row + 1] = (starts[row + 1] as number) + (starts[row] as number);
  const next = starts.slice();
  const columns = new Int32Array(starts[rows] as number);
  const values = new Float32Array(columns.length);
  const put = (row: number, column: number, value: number): void => {
    const index = next[row] as number;
    next[row] = index + 1;
    columns[index] = column;
    values[index] = value;
  };
  each((row, column, value) => {
    put(row, column, value);
    put(column, row, value);
  });
  return { starts, columns, values };
}

/**
 * `matrix · dense`, with `width` dense columns. Four entries at a time share one read and write.
 */
export function timesDense(
  { starts, columns, values }: SparseMatrix,
  dense: Float32Array,
  width: number,
): Float32Array {
  const rows = starts.length - 1;
  const product = new Float32Array(rows * width);
  for (let row = 0, offset = 0; row < rows; row++, offset += width) {
    const end = starts[row + 1] as number;
    let entry = starts[row] as number;
    for (; entry + 3 < end; entry += 4) {
      const a = values[entry] as number;
      const b = values[entry + 1] as number;
      const c = values[entry + 2] as number;
      const d = values[entry + 3] as number;
      const p = (columns[entry] as number) * width;
      const q = (columns[entry + 1] as number) * width;
      const r = (columns[entry + 2] as number) * width;
      const s = (columns[entry + 3] as number) * width;
      for (let i = 0; i < width; i++)
        product[offset + i] =
          (product[offset + i] as number) +
          a * (dense[p + i] as number) +
          b * (dense[q + i] as number) +
          c * (dense[r + i] as number) +
          d * (dense[s + i] as number);
    }
    for (; entry < end; entry++) {
      const value = values[entry] as number;
      const from = (columns[entry] as number) * width;
      for (let i = 0; i < width; i++)
        product[offset + i] = (product[offset + i] as number) + value * (dense[from + i] as number);
    }
  }
  return product;
}
