/** A copy of the package as it is installed, from which modules can be taken away. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
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
  /** Takes the folder of a module away. */
  readonly remove: (module: string) => void;
  readonly run: (
    words: readonly string[],
    cwd?: string,
  ) => { readonly exit: number | null; readonly said: string };
};

export function installPackage(directory: string): Installed {
  const [root, home] = [join(directory, 'package'), join(directory, 'home')];
  for (const path of SHIPPED) {
    mkdirSync(join(root, path, '..'), { recursive: true });
    cpSync(join(REPOSITORY, path), join(root, path), { recursive: true });
  }
  symlinkSync(join(REPOSITORY, 'node_modules'), join(root, 'node_modules'));
  const run: Installed['run'] = (words, cwd = directory) => {
    const { NOCTURNE_RUN: _, NOCTURNE_PASS_TOKEN: __, ...env } = process.env;
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [join(root, 'bin/nocturne.cjs'), ...words],
      { cwd, env: { ...env, NOCTURNE_HOME: home }, encoding: 'utf8', input: '' },
    );
    return { exit: status, said: `${stdout}${stderr}` };
  };
  const remove = (module: string): void =>
    rmSync(join(root, 'dist/src/modules', module), { recursive: true });
  return { root, home, remove, run };
}
