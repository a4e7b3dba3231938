/** The small workspace in which each line runs, in a copy of its own. */
import {
  cpSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  type Stats,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { FOLDER, PRINTED, printedBy, RECORDS, SECRET, TEMPLATE, WORLDS } from './places.js';
import { REGISTERED } from './programs.js';

const REGISTRY = `# Registry

## R1 Objects

| Object | Files | Shape | Locator | Key | Readers | Writers |
|---|---|---|---|---|---|---|
| TOOL-RULE | \`orchestration-os/OPS-TOOL-REGISTRY.md\` | table | \`## Tools\` | tool | guard | owner |

## R2 Fields

| Object | Field | Type | Required | Constraint | References | Writer |
|---|---|---|---|---|---|---|
| TOOL-RULE | tool | token | yes | unique | - | owner |
| TOOL-RULE | program | text | yes | - | - | owner |
| TOOL-RULE | allow | text | no | - | - | owner |
| TOOL-RULE | deny | text | no | - | - | owner |

## R3 Routes

| Pattern | Tier | Bundle | Note |
|---|---|---|---|
| \`SOUL.md\` | PROTECTED | - | - |
| \`REGISTRY.md\` | PROTECTED | - | - |
| \`orchestration-os/**\` | PROTECTED | - | - |
`;
const RULES = REGISTERED.map((name) => `| ${name} | ${name} | * | - |`).join('\n');
const EVIL = '[core]\n\trepositoryformatversion = 0\n\tfsmonitor = evil\n\tpager = evil\n';

function files(): Readonly<Record<string, string>> {
  const project: Record<string, string> = {
    'LONGRUNNER.md': '---\nmission: x\n---\n',
    'notes.md': '# Notes\n\nThe licence of each.\n',
    'outputs/a.txt': 'b\na\nc\n',
    'outputs/b.md': '# B\n\nplain text\n',
    'outputs/x y.txt': '1 2\n',
    'outputs/é.txt': 'é\n',
    'outputs/sub/c.txt': 'deep\n',
    'outputs/-delete': '',
    'outputs/-n': '3\n',
    'outputs/--help': '',
    'outputs/{a,b}.txt': 'braces\n',
    'outputs/*.star': 'star\n',
    'outputs/.hidden': 'h\n',
    'outputs/evil.sh': 'evil from a file\n',
    'outputs/bare/HEAD': 'ref: refs/heads/main\n',
    'outputs/bare/config': EVIL,
    'outputs/bare/objects/x': '',
    'outputs/bare/refs/x': '',
    'outputs/pointer/.git': 'gitdir: ../bare\n',
    'outputs/nested/.git/HEAD': 'ref: refs/heads/main\n',
    'outputs/nested/.git/config': EVIL,
    'outputs/nested/.git/objects/x': '',
    'outputs/nested/.git/refs/x': '',
  };
  return {
    'ws/REGISTRY.md': REGISTRY,
    'ws/SOUL.md': '# Soul\n',
    'ws/docs/guide.md': '# Guide\n',
    'ws/.git/HEAD': 'ref: refs/heads/main\n',
    'ws/.git/config': '[core]\n\trepositoryformatversion = 0\n',
    'ws/.git/objects/x': '',
    'ws/.git/refs/x': '',
    'ws/orchestration-os/OPS-TOOL-REGISTRY.md': `# Tools\n\n## Tools\n\n| Tool | Program | Allow | Deny |\n|---|---|---|---|\n${RULES}\n`,
    'state/token': `${SECRET}\n`,
    'beyond/file.txt': 'not in the workspace\n',
    ...Object.fromEntries(
      Object.entries(project).map(([path, text]) => [`ws/${FOLDER}/${path}`, text]),
    ),
  };
}

/** @param worlds how many copies of it are made. */
export function makeTemplate(worlds: number): World {
  for (const [path, text] of Object.entries(files())) {
    const file = join(TEMPLATE, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  const outputs = join(TEMPLATE, 'ws', FOLDER, 'outputs');
  symlinkSync('../../../SOUL.md', join(outputs, 'soul-link.md'));
  symlinkSync('../../../../beyond', join(outputs, 'away'));
  symlinkSync('sub', join(outputs, 'sub-link'));
  for (const [i, path] of [...readWorld(TEMPLATE).tree.keys()].entries())
    lutimesSync(join(TEMPLATE, path), FIRST + i, FIRST + i);
  mkdirSync(WORLDS, { recursive: true });
  for (const folder of [RECORDS, PRINTED]) mkdirSync(folder);
  const world = readWorld(TEMPLATE);
  for (let i = 0; i < worlds; i++) resetWorld(i, world, { tree: new Map(), times: new Map() });
  return world;
}

/** Each file has a time of its own, in seconds: some programs compare them. */
const FIRST = 1_000_000_000;

/** Makes a world as it was, and forgets what was written down. @param after what it holds. */
export function resetWorld(index: number, before: World, after: World): void {
  for (const name of [`${RECORDS}/${index}`, ...Object.values(printedBy(index))])
    rmSync(name, { force: true });
  const differs = (path: string): boolean => before.tree.get(path) !== after.tree.get(path);
  const paths = [...new Set([...before.tree.keys(), ...after.tree.keys()])].filter(differs).sort();
  // What is in a folder goes and comes with it.
  const roots = paths.filter((path) => !paths.some((folder) => path.startsWith(`${folder}/`)));
  for (const path of roots) {
    const place = `${WORLDS}/${index}/${path}`;
    rmSync(place, { recursive: true, force: true });
    if (before.tree.has(path))
      cpSync(`${TEMPLATE}/${path}`, place, { recursive: true, verbatimSymlinks: true });
  }
  const isNew = (path: string): boolean =>
    roots.some((root) => `${path}/`.startsWith(`${root}/`) || path === dirname(root));
  for (const [path, time] of before.times)
    if (after.times.get(path) !== time || isNew(path))
      lutimesSync(`${WORLDS}/${index}/${path}`, time, time);
}

/** `times`: of the last change, in seconds. */
export type World = { readonly tree: Tree; readonly times: ReadonlyMap<string, number> };
/** Every path with its kind, mode and content. */
export type Tree = ReadonlyMap<string, string>;

/** By path: what a file was like when it was read, and its entry. Reading is what takes time. */
const entries = new Map<string, { readonly state: string; readonly entry: string }>();

export function readWorld(root: string): World {
  const tree = new Map<string, string>();
  const times = new Map<string, number>();
  const read = (folder: string): void => {
    for (const name of readdirSync(join(root, folder))) {
      const path = folder === '' ? name : `${folder}/${name}`;
      const stat = lstatSync(join(root, path));
      const mode = (stat.mode & 0o7777).toString(8);
      times.set(path, stat.mtimeMs / 1000);
      if (stat.isSymbolicLink()) tree.set(path, `link ${readlinkSync(join(root, path))}`);
      else if (stat.isDirectory()) {
        tree.set(path, `folder ${mode}`);
        read(path);
      } else tree.set(path, entryOf(join(root, path), stat));
    }
  };
  read('');
  return { tree, times };
}

function entryOf(path: string, { ino, size, mode, mtimeMs, ctimeMs }: Stats): string {
  const state = `${ino} ${size} ${mode} ${mtimeMs} ${ctimeMs}`;
  const known = entries.get(path);
  if (known?.state === state) return known.entry;
  const entry = `file ${(mode & 0o7777).toString(8)} ${readFileSync(path, 'utf8')}`;
  entries.set(path, { state, entry });
  return entry;
}
