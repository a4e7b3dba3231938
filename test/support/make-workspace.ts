/** A whole owned workspace for a test: the shipped files, a key, a signature, anchors. */
import { copyFileSync, cpSync, type Dirent, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createOwnerKey, type OwnerKey } from '../../src/integrity/owner-key.js';
import { signManifest } from '../../src/integrity/sign.js';
import { fixedClock } from '../../src/kernel/clock.js';
import { installedNames } from '../../src/kernel/installed-names.js';
import { openWorkspace } from '../../src/workspace/open-workspace.js';
import type { Workspace } from '../../src/workspace/types.js';

export type MadeWorkspace = {
  readonly root: string;
  readonly home: string;
  readonly key: OwnerKey;
  readonly workspace: Workspace;
  readonly now: Date;
};
export type MakeOptions = {
  /** Files written over the shipped ones before signing, by path. */
  readonly files?: Readonly<Record<string, string | Buffer>>;
  /** Leave it a template that nobody owns. */
  readonly unsigned?: boolean;
  readonly at?: string;
  /** Without the pages that explain rules: two of five files, which no pass reads. */
  readonly withoutRulePages?: boolean;
  /** Where the workspace is below the directory; default `workspace`. */
  readonly folder?: string;
};

const REPOSITORY = fileURLToPath(new URL('../../../', import.meta.url));
const FOLDERS = ['orchestration-os', 'audit', 'PROJECTS', 'memory', 'inbox'];
const AGENTS_TEMPLATE = 'dist/src/setup/agents-page.md';
export const INSTALLED_MODULES = installedNames(join(REPOSITORY, 'dist/src/modules'), 'module.js');
/** Pages of the repository that are not part of a workspace. */
const NOT_SHIPPED = new Set(['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md']);
/** But for the two that other pages link to. */
const RULE_PAGE = /^orchestration-os\/rules-reference\/(?!(?:failure-mode|log-chain)\.md$)./;

/** Makes `DIRECTORY/workspace` and `DIRECTORY/home`; give it `t.testdir()`. */
export function makeWorkspace(directory: string, options: MakeOptions = {}): MadeWorkspace {
  const [root, home] = [join(directory, options.folder ?? 'workspace'), join(directory, 'home')];
  copyShipped(root, options);
  cpSync(join(REPOSITORY, AGENTS_TEMPLATE), join(root, 'AGENTS.md'));
  for (const [path, content] of Object.entries(options.files ?? {})) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  const now = new Date(options.at ?? '2026-11-21T01:30:00Z');
  const key = createOwnerKey(home);
  const workspace = openWorkspace(root, { home, clock: fixedClock(now) });
  if (options.unsigned !== true)
    signManifest(workspace, { files: 'all', key, signedBy: 'owner', now });
  return { root: workspace.root, home, key, workspace, now };
}

/** The workspace files of this repository, as a clone has them. */
export function copyShipped(
  root: string,
  { withoutRulePages }: Pick<MakeOptions, 'withoutRulePages'> = {},
): void {
  mkdirSync(root, { recursive: true });
  for (const entry of shipped()) {
    const path = relative(REPOSITORY, join(entry.parentPath, entry.name));
    if (withoutRulePages === true && RULE_PAGE.test(path)) continue;
    if (entry.isDirectory()) mkdirSync(join(root, path), { recursive: true });
    else copyFileSync(join(REPOSITORY, path), join(root, path));
  }
}

let listed: readonly Dirent[] | undefined;
/** Listed once in a process; a folder comes before what is in it. */
function shipped(): readonly Dirent[] {
  const list = { withFileTypes: true } as const;
  listed ??= readdirSync(REPOSITORY, list)
    .filter(
      ({ name }) => FOLDERS.includes(name) || (name.endsWith('.md') && !NOT_SHIPPED.has(name)),
    )
    .flatMap((entry) => [
      entry,
      ...(entry.isDirectory()
        ? readdirSync(join(REPOSITORY, entry.name), { ...list, recursive: true })
        : []),
    ]);
  return listed;
}

/** What each module brings to REGISTRY.md, and AGENTS.md of workspaces, where an installation has them. */
export function copyBuiltPages(root: string): void {
  cpSync(join(REPOSITORY, AGENTS_TEMPLATE), join(root, AGENTS_TEMPLATE));
  const modules = join(root, 'dist/src/modules');
  for (const name of installedNames(join(REPOSITORY, 'dist/src/modules'), 'module.js'))
    cpSync(
      join(REPOSITORY, 'dist/src/modules', name, 'schema.md'),
      join(modules, name, 'schema.md'),
    );
}
