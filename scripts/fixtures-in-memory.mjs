// Test files make, flush and take away files by the ten thousand, which on a disk is more than half
// of their time. Where the system lets us, each gets its
// folder of fixtures in memory, at the same place, mounted for itself and its children alone:
// nothing is left when it ends, however it ends.
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';

const FIXTURES = '.tap/fixtures';
const MOUNT = `mount -t tmpfs tmpfs ${FIXTURES}`;

/** The words before a command that give it such a folder; none where only the disk is there. */
export function fixturesInMemory() {
  mkdirSync(FIXTURES, { recursive: true });
  const { status } = spawnSync('unshare', ['--mount', 'sh', '-c', MOUNT], { stdio: 'ignore' });
  return status === 0 ? ['unshare', '--mount', 'sh', '-c', `${MOUNT} && exec "$0" "$@"`] : [];
}
