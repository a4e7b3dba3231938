/** Welch's t: by how many standard errors the means of two samples differ. */
import { mean, sampleVariance } from 'simple-statistics';

/**
 * Positive where `b` is higher. Without any variance, a difference is infinite.
 * @param a at least two values, as is `b`.
 */
export function welch(a: readonly number[], b: readonly number[]): number {
  const difference = mean([...b]) - mean([...a]);
  const error = Math.sqrt(sampleVariance([...a]) / a.length + sampleVariance([...b]) / b.length);
  return difference === 0 ? 0 : difference / error;
}
