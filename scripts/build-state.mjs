// What a build is made from and what it has made: path, time and size of each file. If nothing of it
// has changed since, there is nothing to build.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import fastGlob from 'fast-glob';

const FILE = 'dist/.build-state';
const SOURCES = [
  '{src,test,bench,simulator,fuzz,examples,scripts,bin,orchestration-os}/**',
  '*.{json,md}',
  'node_modules/.package-lock.json',
];

function filesNow(patterns) {
  const hash = createHash('sha256').update(process.version);
  const options = { dot: true, ignore: [FILE, '*/**/node_modules/**'] };
  for (const path of fastGlob.sync(patterns, options).sort()) {
    const { mtimeMs, size } = statSync(path);
    hash.update(`${path} ${mtimeMs} ${size}\n`);
  }
  return hash.digest('hex');
}

/** `keep` is called when all is made; what is edited until then belongs to the next build. */
export function buildState() {
  const sources = filesNow(SOURCES);
  const now = () => `${sources} ${filesNow('dist/**')}`;
  return {
    isCurrent: existsSync(FILE) && readFileSync(FILE, 'utf8') === now(),
    keep: () => writeFileSync(FILE, now()),
  };
}
