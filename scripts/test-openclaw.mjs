// `npm run test:openclaw`: the tests against the real OpenClaw, with a scripted model; everything
// on loopback, under a temporary HOME. With `--prepare` they are only fetched.
import { spawnSync } from 'node:child_process';
import { installed, newerNode, programOf } from './host-tools.mjs';

const openclaw = installed('openclaw', '2026.9.6');
const env = {
  ...process.env,
  NOCTURNE_TEST_NODE: newerNode(),
  NOCTURNE_TEST_OPENCLAW: programOf(openclaw, 'openclaw'),
};
if (process.argv[2] === '--prepare') process.exit(0);
const files = process.argv.length > 2 ? process.argv.slice(2) : ['test/openclaw/openclaw.test.ts'];
process.exit(
  spawnSync(process.execPath, ['scripts/test.mjs', ...files], { stdio: 'inherit', env }).status ??
    1,
);
