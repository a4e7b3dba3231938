// Programs that tests start and that need a newer Node than the toolkit itself: put under
// node_modules/.cache, or where $NOCTURNE_HOST_TOOLS says, and kept there.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const NODE_VERSION = '24.21.0';
const ROOT = resolve(
  process.env.NOCTURNE_HOST_TOOLS ??
    join(import.meta.dirname, '../node_modules/.cache/nocturne-hosts'),
);

/** The newer Node, from the npm registry: the path of its program. */
export function newerNode() {
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  return join(installed(name, NODE_VERSION), 'bin/node');
}

/**
 * The folder of one package in an installation of its own. Install scripts are not run: none of
 * these packages needs them, and they run under the wrong Node. With `more` packages, those replace
 * its optional ones.
 */
export function installed(name, version, { root = ROOT, more } = {}) {
  const place = join(root, `${name.replace('/', '+')}-${version}`);
  const folder = join(place, 'node_modules', name);
  const done = join(place, 'installed.json');
  if (existsSync(done) && existsSync(folder)) return folder;
  mkdirSync(place, { recursive: true });
  writeFileSync(join(place, 'package.json'), '{"private":true}\n');
  console.error(`${name}@${version}: installing into ${place}`);
  const args = [
    'install',
    `${name}@${version}`,
    ...(more === undefined ? [] : ['--omit=optional', ...more]),
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--loglevel',
    'error',
  ];
  const { status } = spawnSync('npm', args, {
    cwd: place,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
  if (status !== 0) throw new Error(`npm could not install ${name}@${version}`);
  writeFileSync(done, JSON.stringify({ name, version }));
  return folder;
}

/** A package's program, started by the newer Node. */
export function programOf(folder, name) {
  const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return join(folder, typeof bin === 'string' ? bin : bin[name ?? Object.keys(bin)[0]]);
}
