/** The files of the reference workspace, as shipped at the root of the package. */
import { cpSync, existsSync, readFileSync, realpathSync } from '../kernel/files.js';
import { dirname, join } from 'node:path';
import fastGlob from 'fast-glob';
import { NocturneError } from '../kernel/error.js';
import { MANIFEST_FILE, parseManifest } from '../integrity/manifest.js';
import { composeRegistry } from '../registry/compose-registry.js';
import { REGISTRY_FILE } from '../registry/load-schema.js';
import { makeDirectory } from '../workspace/durable.js';

const PATTERNS = [
  '{SOUL,AGENTS,IDENTITY,USER,MEMORY,REGISTRY,MODEL-TIERS,INTEGRITY-MANIFEST,ACTIVE-PROJECTS,NOTIFICATIONS,LOCK}.md',
  'orchestration-os/**/*.md',
  'orchestration-os/plan-templates/*.{yaml,json}',
  'audit/*.{md,jsonl}',
  'PROJECTS/*.md',
  'inbox/{README,SENDERS}.md',
  'memory/README.md',
];
/** A clone that became a workspace keeps the shipped files here, to make other workspaces from. */
const ASIDE = 'dist/reference';

/** AGENTS.md of the repository is for coding agents; a workspace gets the page for its agents. */
export const AGENTS_PAGE = 'AGENTS.md';
const AGENTS_TEMPLATE = 'dist/src/setup/agents-page.md';

export type Reference = {
  readonly root: string;
  readonly version: string;
  readonly paths: readonly string[];
  text(path: string): string;
};

/** @throws NocturneError `CONFIG` if the installation is a workspace and has no shipped files. */
export function readReference(packageRoot: string): Reference {
  const root = pristineRoot(packageRoot);
  const texts = new Map<string, string>();
  const text = (path: string): string => {
    const read = texts.get(path) ?? readPage(root, path, packageRoot);
    texts.set(path, read);
    return read;
  };
  return {
    root,
    version: versionOf(packageRoot),
    paths: fastGlob.sync(PATTERNS, { cwd: root, onlyFiles: true, dot: false }).sort(),
    text,
  };
}

/** REGISTRY.md has the sections of the modules that this installation has. */
function readPage(root: string, path: string, packageRoot: string): string {
  if (path === AGENTS_PAGE) return readFileSync(join(packageRoot, AGENTS_TEMPLATE), 'utf8');
  const text = readFileSync(join(root, path), 'utf8');
  return path === REGISTRY_FILE ? composeRegistry(text, modulePages(packageRoot)) : text;
}

/** The sections of the installed modules for REGISTRY.md, sorted by name. */
function modulePages(packageRoot: string): string[] {
  const pages = fastGlob.sync('dist/src/modules/*/schema.md', { cwd: packageRoot }).sort();
  return pages.map((page) => readFileSync(join(packageRoot, page), 'utf8'));
}

/** Whether the directory is the installation itself: `init .` in a clone. */
export function isInstallation(directory: string, packageRoot: string): boolean {
  return existsSync(directory) && realpathSync(directory) === realpathSync(packageRoot);
}

/** Copies the shipped files before the installation becomes a workspace. */
export function keepReference(reference: Reference, packageRoot: string): void {
  const aside = join(packageRoot, ASIDE);
  if (reference.root === aside) return;
  for (const path of reference.paths) {
    makeDirectory(dirname(join(aside, path)));
    cpSync(join(reference.root, path), join(aside, path));
  }
}

function pristineRoot(packageRoot: string): string {
  const manifest = join(packageRoot, MANIFEST_FILE);
  if (
    !existsSync(manifest) ||
    parseManifest(readFileSync(manifest, 'utf8')).manifest.signature === ''
  )
    return packageRoot;
  const aside = join(packageRoot, ASIDE);
  if (existsSync(join(aside, MANIFEST_FILE))) return aside;
  throw new NocturneError(
    'CONFIG',
    `${packageRoot} is a workspace itself, but the shipped files are not in ${ASIDE}`,
    { hint: 'install nocturne in another directory, and make workspaces from there' },
  );
}

function versionOf(packageRoot: string): string {
  const read: unknown = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8'));
  return typeof read === 'object' && read !== null && 'version' in read ? String(read.version) : '';
}
