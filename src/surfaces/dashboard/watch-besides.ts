/** Tells open pages of changes in files of the state directory that pages show. */
import { type StatsListener, unwatchFile, watchFile } from 'node:fs';
import { join } from 'node:path';
import type { DashboardPage } from '../../passes/dashboard-page.js';

/** They may not be there yet, and their folder neither: so they are looked at again and again. */
const LOOK_MS = 1_000;

/** @returns what ends it. */
export function watchBesides(
  state: string,
  pages: readonly DashboardPage[],
  onChange: () => void,
): () => void {
  const paths = [...new Set(pages.flatMap(({ besides = [] }) => besides))].map((path) =>
    join(state, path),
  );
  const heard: StatsListener = () => onChange();
  for (const path of paths) watchFile(path, { interval: LOOK_MS, persistent: false }, heard);
  return () => {
    for (const path of paths) unwatchFile(path, heard);
  };
}
