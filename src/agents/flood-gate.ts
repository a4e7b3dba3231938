/** When output is too much: a cap on all of it and a cap on any one second of it. */

export type FloodLimits = { readonly maxBytes: number; readonly maxBytesPerSecond: number };

/**
 * @returns a function that is told of every chunk and answers with a sentence once the flood is
 * there. Times in milliseconds.
 */
export function floodGate({
  maxBytes,
  maxBytesPerSecond,
}: FloodLimits): (bytes: number, now: number) => string | undefined {
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
