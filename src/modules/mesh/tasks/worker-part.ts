/** The worker's side: claims tasks of others, names them while it works, and sends how they ended. */
import type { Part } from '../node/mesh-service.js';
import type { PartOptions } from './owner-part.js';

export function workerPart(_options: PartOptions = {}): Part {
  return { begin: () => undefined };
}
