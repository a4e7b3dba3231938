/**
 * Copies of a place as it would be found if the process were killed this instant: hard links are
 * kept, and the mutex's holder is a dead process.
 */
import {
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  copyFileSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Place } from './scenario.js';

export function freeze(place: Place, directory: string): Place {
  const copy = { root: join(directory, 'workspace'), state: join(directory, 'state') };
  const known = new Map<number, string>();
  copyTree(place.root, copy.root, known);
  copyTree(place.state, copy.state, known);
  const lock = join(copy.root, '.nocturne/commit.lock');
  // No process has started at tick 0 of this boot but the first one.
  if (existsSync(lock))
    writeFileSync(
      lock,
      JSON.stringify({ ...(JSON.parse(readFileSync(lock, 'utf8')) as object), started: '0' }),
    );
  return copy;
}

function copyTree(from: string, to: string, known: Map<number, string>): void {
  mkdirSync(to, { recursive: true });
  for (const name of readdirSync(from)) {
    const [source, target] = [join(from, name), join(to, name)];
    const stats = lstatSync(source);
    const first = known.get(stats.ino);
    if (stats.isDirectory()) copyTree(source, target, known);
    else if (first !== undefined) linkSync(first, target);
    else {
      copyFileSync(source, target);
      known.set(stats.ino, target);
    }
  }
}
