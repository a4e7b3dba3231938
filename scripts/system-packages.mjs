// Programs of the system that the tests use. On Debian as root what is missing is installed;
// elsewhere it is named, and the tests that need it are skipped.
import { spawnSync } from 'node:child_process';
import { homedir } from 'node:os';
import { join } from 'node:path';

const NEEDED = {
  bwrap: 'bubblewrap',
  git: 'git',
  python3: 'python3',
  chromium: 'chromium',
  'nats-server': 'nats-server',
};
const runs = (program) =>
  spawnSync(program, ['--version'], { stdio: 'ignore' }).error === undefined;
// Debian's nats-server is old; one that `go install` has put into ~/go/bin is preferred to it.
const isThere = (program) =>
  runs(program) ||
  (program === 'nats-server' &&
    [process.env.NATS_SERVER, join(homedir(), 'go/bin', program)].some(
      (path) => path && runs(path),
    ));

export function ensureSystemPackages() {
  installMissing();
  tellOldServer();
}

function installMissing() {
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

// Once for the whole run: the tests of the mesh take the newest that there is.
function tellOldServer() {
  const places = [process.env.NATS_SERVER, join(homedir(), 'go/bin/nats-server'), 'nats-server'];
  const versions = places.flatMap((path) => {
    const { stdout } = path ? spawnSync(path, ['--version'], { encoding: 'utf8' }) : {};
    return /v(\d+)\.(\d+)\.\d+/.exec(stdout ?? '') ?? [];
  });
  const newest = versions.map(Number).filter((_, i) => i % 3 === 2);
  if (newest.length > 0 && Math.max(...newest) < 14)
    console.log(
      'nats-server is an old one, which is no security boundary. For the tests of the mesh with a current one: go install github.com/nats-io/nats-server/v2@v2.15.2',
    );
}
