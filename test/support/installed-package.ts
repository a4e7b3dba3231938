/** A copy of the package as it is installed, for taking modules or hosts out, or a host in. */
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { standingProcess } from './standing-process.js';

type TestContext = { testdir(): string; teardown(end: () => void): void };

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

/** Types, half of the files, are for those who write programs. */
const isRead = (path: string): boolean => !path.endsWith('.d.ts');

export type Installed = {
  readonly root: string;
  readonly home: string;
  /** Takes a folder below src away: `modules/inbound`, `hosts/git`. @returns what puts it back. */
  readonly remove: (folder: string) => () => void;
  /** In a process of its own. */
  readonly run: (words: readonly string[], cwd?: string) => Said;
  /**
   * By one process that stays. It looks for the folders at every command, and all its code is in
   * the bundle.
   */
  readonly ask: (words: readonly string[], cwd?: string) => Promise<Said>;
};
type Said = { readonly exit: number | null; readonly said: string };

/** Give it `t` for its directory. */
export function installPackage(t: TestContext): Installed {
  const directory = t.testdir();
  const [root, home] = [join(directory, 'package'), join(directory, 'home')];
  for (const path of SHIPPED) {
    mkdirSync(join(root, path, '..'), { recursive: true });
    cpSync(join(REPOSITORY, path), join(root, path), { recursive: true, filter: isRead });
  }
  symlinkSync(join(REPOSITORY, 'node_modules'), join(root, 'node_modules'));
  const { NOCTURNE_RUN: _, NOCTURNE_PASS_TOKEN: __, ...clean } = process.env;
  // The repository around the fixtures is nobody's to change.
  const env = { ...clean, NOCTURNE_HOME: home, GIT_CEILING_DIRECTORIES: directory };
  const run: Installed['run'] = (words, cwd = directory) => {
    const program = [join(root, 'bin/nocturne.cjs'), ...words];
    const { status, stdout, stderr } = spawnSync(process.execPath, program, {
      ...{ cwd, env, input: '' },
      encoding: 'utf8',
    });
    return { exit: status, said: `${stdout}${stderr}` };
  };
  const standing = standingProcess(join(root, 'dist/cli.cjs'));
  t.teardown(standing.end);
  const ask: Installed['ask'] = async (words, cwd = directory) => {
    const { exit, stdout, stderr } = await standing.ask({ words, env, cwd });
    return { exit, said: `${stdout}${stderr}` };
  };
  const remove: Installed['remove'] = (folder) => {
    const [from, aside] = [join(root, 'dist/src', folder), join(directory, 'aside', folder)];
    mkdirSync(join(aside, '..'), { recursive: true });
    renameSync(from, aside);
    return () => renameSync(aside, from);
  };
  return { root, home, remove, run, ask };
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
