/**
 * The dominant subspace of a symmetric sparse matrix, by subspace iteration from random numbers
 * (Halko, Martinsson, Tropp: Finding structure with randomness, 2011, algorithm 4.4) and Cholesky
 * orthonormalisation. Distances are the same in every orthonormal basis, so the singular vectors
 * are not needed.
 */
import { CholeskyDecomposition, inverse, Matrix } from 'ml-matrix';
import { columnProducts, timesLowerTransposed } from './dense-products.js';
import { type SparseMatrix, timesDense } from './sparse-matrix.js';

/** Products before each orthonormalisation; more at once would lose the weaker directions. */
const ROUNDS = [1, 2];
/** Keeps the Cholesky factor defined if the rank is smaller than `width`. */
const RIDGE = 1e-9;

/**
 * `width` (a multiple of three) numbers for each row; the columns are orthonormal. Deterministic.
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

/** If G = XᵀX = L·Lᵀ, then X·L⁻ᵀ has orthonormal columns. */
function orthonormal(columns: Float32Array, width: number): Float32Array {
  const products = Matrix.from1DArray(width, width, columnProducts(columns, width));
  const ridge = (RIDGE * products.trace()) / width || 1;
  for (let i = 0; i < width; i++) products.set(i, i, products.get(i, i) + ridge);
  const factor = new CholeskyDecomposition(products).lowerTriangularMatrix;
  return timesLowerTransposed(columns, Float64Array.from(inverse(factor).to1DArray()), width);
}

/** Deterministic pseudo-random numbers (xorshift32), so that indexing is reproducible. */
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
