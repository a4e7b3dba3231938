/** When output is too much: a cap on all of it and a cap on any one second of it. */

export type OutputLimits = { readonly maxBytes: number; readonly maxBytesPerSecond: number };

/**
 * @returns a function that is given every chunk and answers with a sentence once there is too
 * much. Times in milliseconds.
 */
export function outputLimiter({
  maxBytes,
  maxBytesPerSecond,
}: OutputLimits): (bytes: number, now: number) => string | undefined {
  let total = 0;
  let windowFrom = Number.NEGATIVE_INFINITY;
  let inWindow = 0;
  return (bytes, now) => {
    if (now - windowFrom >= 1000) {
      windowFrom = now;
      inWindow = 0;
    }
    total += bytes;
    inWindow += bytes;
    if (total > maxBytes) return `The program printed more than ${size(maxBytes)}.`;
    if (inWindow > maxBytesPerSecond)
      return `The program printed more than ${size(maxBytesPerSecond)} within a second.`;
    return undefined;
  };
}

function size(bytes: number): string {
  if (bytes >= 1024 * 1024) return `${Math.round((bytes / (1024 * 1024)) * 10) / 10} MiB`;
  return bytes >= 1024 ? `${Math.round((bytes / 1024) * 10) / 10} KiB` : `${bytes} bytes`;
}
