/** A copy of the package as it is installed, with modules or hosts taken out, or a host put in. */
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
  ...readdirSync(join(REPOSITORY, 'dist'))
    .filter((name) => /\.cjs(?:\.cache)?$/.test(name))
    .map((name) => `dist/${name}`),
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
  /** Takes a folder below src away. */
  readonly remove: (folder: string) => void;
  readonly run: (
    words: readonly string[],
    cwd?: string,
  ) => { readonly exit: number | null; readonly said: string };
};

/** @param removed folders below src: `modules/inbound`, `hosts/git`. */
export function installWithout(removed: readonly string[], directory: string): Installed {
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
      {
        cwd,
        // The repository around the fixtures is nobody's to change.
        env: { ...env, NOCTURNE_HOME: home, GIT_CEILING_DIRECTORIES: directory },
        encoding: 'utf8',
        input: '',
      },
    );
    return { exit: status, said: `${stdout}${stderr}` };
  };
  const remove = (folder: string): void =>
    rmSync(join(root, 'dist/src', folder), { recursive: true });
  for (const folder of removed) remove(folder);
  return { root, home, remove, run };
}

/** Puts the compiled fixture `test/hosts/fixtures/NAME` beside the hosts of the copy. */
export function addHost({ root }: Installed, name: string): void {
  const [from, to] = [
    join(REPOSITORY, 'dist/test/hosts/fixtures', name),
    join(root, 'dist/src/hosts', name),
  ];
  mkdirSync(to);
  for (const file of readdirSync(from).filter((one) => one.endsWith('.js')))
    writeFileSync(
      join(to, file),
      readFileSync(join(from, file), 'utf8').replaceAll('../../../../src/', '../../'),
    );
}
