/** Values of the past as commands show them. */
import { storedText } from '../../workspace/history.js';
import type { Snapshot } from '../../workspace/types.js';

/** In one short line. */
export function pastText(snapshot: Snapshot, value: string): string {
  const text = storedText(snapshot.root, value) ?? `${value.slice(0, 19)}… (no longer stored)`;
  const line = text.replaceAll('\n', ' ');
  return line.length > 160 ? `${line.slice(0, 157)}...` : line;
}

/** Long texts in full, files as their hash; `null` for a text that is no longer stored. */
export function pastJson(snapshot: Snapshot, address: string, value: string): string | null {
  return address.includes('#') ? (storedText(snapshot.root, value) ?? null) : value;
}
