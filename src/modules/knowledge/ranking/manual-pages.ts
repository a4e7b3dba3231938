/** Which pages are Nocturne's own manual: shipped, protected, and about Nocturne itself. */
import { routeOf } from '../../../registry/route.js';
import type { Schema } from '../../../registry/types.js';

const PLACES =
  /^(?:orchestration-os\/.*|REGISTRY\.md|MODEL-TIERS\.md|LOCK\.md|(?:PROJECTS|memory|inbox|audit)\/README\.md)$/;

/** Pages that grow by learning, such as lessons and failure modes, are the workspace's own. */
export function isManualPage(schema: Schema, path: string): boolean {
  if (!PLACES.test(path)) return false;
  const { tier } = routeOf(schema, path);
  return tier === 'PROTECTED' || tier === 'CODE' || path === 'LOCK.md';
}
