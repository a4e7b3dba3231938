/** A copy of the package as it is installed, without one of its modules. */
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const REPOSITORY = fileURLToPath(new URL('../../../', import.meta.url));
const SHIPPED = [
  'bin',
  'dist/src',
  'dist/gate.cjs',
  'dist/validate.cjs',
  'dist/cli.cjs',
  'orchestration-os',
  'audit',
  'PROJECTS',
  'memory',
  'inbox',
  'examples',
  'package.json',
  ...readdirSync(REPOSITORY).filter((name) => name.endsWith('.md')),
];

export type Installed = {
  readonly root: string;
  readonly home: string;
  readonly run: (
    words: readonly string[],
    cwd?: string,
  ) => { readonly exit: number | null; readonly said: string };
};

/** @param options.row whether its row of R8 stays. */
export function installWithout(
  module: string,
  directory: string,
  options: { readonly row: boolean },
): Installed {
  const [root, home] = [join(directory, 'package'), join(directory, 'home')];
  for (const path of SHIPPED) {
    mkdirSync(join(root, path, '..'), { recursive: true });
    cpSync(join(REPOSITORY, path), join(root, path), { recursive: true });
  }
  symlinkSync(join(REPOSITORY, 'node_modules'), join(root, 'node_modules'));
  rmSync(join(root, 'dist/src/modules', module), { recursive: true });
  if (!options.row)
    writeFileSync(
      join(root, 'REGISTRY.md'),
      readFileSync(join(root, 'REGISTRY.md'), 'utf8').replace(
        new RegExp(`^\\| ${module} \\|.*\\n`, 'm'),
        '',
      ),
    );
  const run: Installed['run'] = (words, cwd = directory) => {
    const { NOCTURNE_RUN: _, NOCTURNE_PASS_TOKEN: __, ...env } = process.env;
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [join(root, 'bin/nocturne.cjs'), ...words],
      { cwd, env: { ...env, NOCTURNE_HOME: home }, encoding: 'utf8', input: '' },
    );
    return { exit: status, said: `${stdout}${stderr}` };
  };
  return { root, home, run };
}
