import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import fc from 'fast-check';
import t from 'tap';
import {
  columnProducts,
  timesLowerTransposed,
} from '../../../src/modules/knowledge/latent/dense-products.js';
import { leadingSubspace } from '../../../src/modules/knowledge/latent/leading-subspace.js';
import { pairCounts } from '../../../src/modules/knowledge/latent/pair-counts.js';
import { symmetric, timesDense } from '../../../src/modules/knowledge/latent/sparse-matrix.js';

type Entry = readonly [row: number, column: number, value: number];
const ROWS = 40;
/** Entries above the diagonal, each place once. */
const entries = fc.uniqueArray(
  fc
    .tuple(
      fc.nat(ROWS - 2),
      fc.nat(ROWS - 1),
      fc.float({ min: Math.fround(0.1), max: 5, noNaN: true }),
    )
    .filter(([row, column]) => row < column),
  { selector: ([row, column]) => row * ROWS + column, maxLength: 200, size: 'max' },
);
const sparse = (of: readonly Entry[]): ReturnType<typeof symmetric> =>
  symmetric(ROWS, (visit) => of.forEach(([row, column, value]) => visit(row, column, value)));
function dense(of: readonly Entry[]): Matrix {
  const matrix = Matrix.zeros(ROWS, ROWS);
  for (const [row, column, value] of of) {
    matrix.set(row, column, value);
    matrix.set(column, row, value);
  }
  return matrix;
}
const numbers = (length: number): fc.Arbitrary<number[]> =>
  fc.array(fc.float({ min: -3, max: 3, noNaN: true }), { minLength: length, maxLength: length });
const near = (some: ArrayLike<number>, others: ArrayLike<number>, by = 1e-3): boolean =>
  some.length === others.length &&
  Array.from(some).every(
    (value, i) => Math.abs(value - (others[i] ?? Number.NaN)) <= by * (1 + Math.abs(value)),
  );

t.test('products agree with those of the library', async () => {
  fc.assert(
    fc.property(entries, numbers(ROWS * 6), (of, right) =>
      near(
        timesDense(sparse(of), Float32Array.from(right), 6),
        dense(of)
          .mmul(Matrix.from1DArray(ROWS, 6, right))
          .to1DArray(),
      ),
    ),
  );
  for (const rows of [1, 126, 130]) {
    fc.assert(
      fc.property(numbers(rows * 9), numbers(81), (values, square) => {
        const columns = Matrix.from1DArray(rows, 9, values);
        const lower = Matrix.from1DArray(
          9,
          9,
          square.map((value, i) => (i % 9 > Math.floor(i / 9) ? 0 : value)),
        );
        return (
          near(
            columnProducts(Float32Array.from(values), 9),
            columns.transpose().mmul(columns).to1DArray(),
          ) &&
          near(
            timesLowerTransposed(
              Float32Array.from(values),
              Float64Array.from(lower.to1DArray()),
              9,
            ),
            columns.mmul(lower.transpose()).to1DArray(),
          )
        );
      }),
      { numRuns: 20 },
    );
  }
});

t.test(
  'the subspace is the one of the largest eigenvalues, with columns of length 1 at right angles',
  async (t) => {
    // Three groups of rows that belong together: three large eigenvalues, the others small.
    const of: Entry[] = [];
    for (let row = 0; row < ROWS; row++)
      for (let column = row + 1; column < ROWS; column++)
        of.push([row, column, row % 3 === column % 3 ? 2 + (row % 3) : 0.1 * ((row * column) % 3)]);
    const basis = leadingSubspace(sparse(of), 3, () => undefined);
    t.ok(near(columnProducts(basis, 3), [1, 0, 0, 0, 1, 0, 0, 0, 1]), 'orthonormal');
    const { realEigenvalues: values, eigenvectorMatrix: vectors } = new EigenvalueDecomposition(
      dense(of),
      { assumeSymmetric: true },
    );
    const largest = [...values.keys()]
      .sort((a, b) => Math.abs(values[b] ?? 0) - Math.abs(values[a] ?? 0))
      .slice(0, 3);
    for (const column of largest) {
      // What of the eigenvector lies within the subspace: all of it.
      const within = [0, 1, 2].map((of) =>
        Array.from(
          { length: ROWS },
          (_, row) => (basis[row * 3 + of] ?? 0) * vectors.get(row, column),
        ).reduce((sum, value) => sum + value, 0),
      );
      t.ok(
        Math.hypot(...within) > 0.999,
        `eigenvalue ${values[column]?.toFixed(2)}: ${Math.hypot(...within)}`,
      );
    }
  },
);

t.test(
  'a matrix with fewer directions than are asked for, or none, gives finite numbers',
  async (t) => {
    for (const of of [
      [],
      [[0, 1, 1]],
      [[0, 1, 1e-30]],
      [[0, 1, 1e18]],
    ] as readonly (readonly Entry[])[])
      t.ok(
        leadingSubspace(sparse(of), 24, () => undefined).every(Number.isFinite),
        JSON.stringify(of),
      );
  },
);

t.test('pairs are counted as a map would count them', async (t) => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(499), fc.nat(499)), { maxLength: 3000, size: 'max' }),
      (pairs) => {
        const counts = pairCounts(500);
        const map = new Map<string, number>();
        for (const [a, b] of pairs) {
          counts.add(a, b, 0.5);
          const key = `${Math.min(a, b)} ${Math.max(a, b)}`;
          map.set(key, (map.get(key) ?? 0) + 0.5);
        }
        let seen = 0;
        counts.forEach((a, b, weight) => {
          if (map.get(`${a} ${b}`) === weight) seen += 1;
        });
        return seen === map.size && counts.size === map.size;
      },
    ),
    { numRuns: 20 },
  );
  const many = pairCounts(2000);
  for (let a = 0; a < 2000; a++) for (let b = a; b < Math.min(2000, a + 60); b++) many.add(b, a, 1);
  let sum = 0;
  many.forEach((_a, _b, weight) => (sum += weight));
  t.equal(many.size, 2000 * 60 - (60 * 59) / 2, 'also where the table had to grow');
  t.equal(sum, many.size);
});
