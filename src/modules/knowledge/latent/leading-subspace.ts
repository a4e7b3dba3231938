/**
 * The directions in which a symmetric sparse matrix is largest: subspace iteration from random
 * numbers (Halko, Martinsson, Tropp: Finding structure with
 * randomness, 2011, algorithm 4.4), made orthonormal by Cholesky's factor of the columns' products.
 * The basis is not turned to the singular vectors
 * themselves: distances and angles within the subspace are the same in every basis of it.
 */
import { CholeskyDecomposition, inverse, Matrix } from 'ml-matrix';
import { columnProducts, timesLowerTransposed } from './dense-products.js';
import { type SparseMatrix, timesDense } from './sparse-matrix.js';

/**
 * Products with the matrix before the basis is made orthonormal, round by round: each product
 * brings the subspace nearer, more of them at once would lose the weaker directions.
 */
const ROUNDS = [1, 2];
/**
 * Of the mean square length of a column: keeps the factor defined where the matrix has fewer
 * directions than are asked for.
 */
const RIDGE = 1e-9;

/**
 * `width` numbers, a multiple of three, for each row of the matrix, row after row; columns
 * orthonormal. Deterministic.
 */
export function leadingSubspace(
  matrix: SparseMatrix,
  width: number,
  wait: () => void,
): Float32Array {
  let basis = noise((matrix.starts.length - 1) * width);
  for (const products of ROUNDS) {
    for (let product = 0; product < products; product++) {
      basis = timesDense(matrix, basis, width);
      wait();
    }
    basis = orthonormal(basis, width);
  }
  return basis;
}

/** With G = L·Lᵀ of the columns' products G, X·L⁻ᵀ has orthonormal columns. */
function orthonormal(columns: Float32Array, width: number): Float32Array {
  const products = Matrix.from1DArray(width, width, columnProducts(columns, width));
  const ridge = (RIDGE * products.trace()) / width || 1;
  for (let i = 0; i < width; i++) products.set(i, i, products.get(i, i) + ridge);
  const factor = new CholeskyDecomposition(products).lowerTriangularMatrix;
  return timesLowerTransposed(columns, Float64Array.from(inverse(factor).to1DArray()), width);
}

/**
 * Numbers that look random and are the same each time (xorshift32), so that an index made twice is
 * the same.
 */
function noise(length: number): Float32Array {
  const numbers = new Float32Array(length);
  let state = 2463534242;
  for (let i = 0; i < length; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    numbers[i] = (state >>> 0) / 2 ** 32 - 0.5;
  }
  return numbers;
}
