// Programs of the system that the tests use. On Debian as root what is missing is installed;
// elsewhere it is named, and the tests that need it are skipped.
import { spawnSync } from 'node:child_process';

const NEEDED = { bwrap: 'bubblewrap', git: 'git', python3: 'python3', chromium: 'chromium' };
const isThere = (program) =>
  spawnSync(program, ['--version'], { stdio: 'ignore' }).error === undefined;

export function ensureSystemPackages() {
  const missing = Object.keys(NEEDED).filter((program) => !isThere(program));
  if (missing.length === 0) return;
  const names = missing.map((program) => NEEDED[program]);
  if (process.getuid?.() !== 0 || !isThere('apt-get'))
    return console.log(
      `not on this machine: ${missing.join(', ')}. Install ${names.join(' ')}; tests that need them are skipped.`,
    );
  console.log(`installing ${names.join(' ')} …`);
  const options = {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  };
  spawnSync('apt-get', ['update'], options);
  if (
    spawnSync('apt-get', ['install', '-y', '--no-install-recommends', ...names], options).status !==
    0
  )
    console.log(`${names.join(' ')} could not be installed; tests that need them are skipped.`);
}
