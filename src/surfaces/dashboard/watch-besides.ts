/** Tells open pages of changes in files of the state directory that pages show. */
import { join } from 'node:path';
import { lstatSync } from '../../kernel/files.js';
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
  let before = stateOf(paths);
  const timer = setInterval(() => {
    const now = stateOf(paths);
    if (now === before) return;
    before = now;
    onChange();
  }, LOOK_MS);
  timer.unref();
  return () => clearInterval(timer);
}

function stateOf(paths: readonly string[]): string {
  return paths
    .map((path) => {
      const file = lstatSync(path, { throwIfNoEntry: false });
      return file === undefined ? '' : `${file.ino} ${file.mtimeMs} ${file.size}`;
    })
    .join('\n');
}
