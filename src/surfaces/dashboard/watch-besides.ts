/** Tells open pages of changes in files of the state directory that pages show. */
import { join } from 'node:path';
import type { DashboardPage } from '../../passes/dashboard-page.js';
import { fileMark } from '../../workspace/file-stat.js';

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
  const mark = (): string => paths.map(fileMark).join('\n');
  let before = mark();
  const timer = setInterval(() => {
    const now = mark();
    if (now === before) return;
    before = now;
    onChange();
  }, LOOK_MS);
  timer.unref();
  return () => clearInterval(timer);
}
