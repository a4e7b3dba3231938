/** Thirteen small workspaces in the manner of those that people have, before Nocturne. */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export type Foreign = {
  readonly name: string;
  readonly files: Readonly<Record<string, string | Buffer>>;
  /** By path: what the link leads to. */
  readonly links?: Readonly<Record<string, string>>;
  /** A question, and the owner's page that answers it. */
  readonly search: readonly [question: string, page: string];
};

/** Windows-1252: one byte for each letter, and quotes that Latin-1 does not have. */
const windows = (text: string): Buffer =>
  Buffer.from(text.replaceAll('“', '\u0093').replaceAll('”', '\u0094'), 'latin1');
const utf16 = (text: string): Buffer => Buffer.from(`\ufeff${text}`, 'utf16le');
const crlf = (text: string): string => text.replaceAll('\n', '\r\n');
const many = (folder: string, count: number): Record<string, string> =>
  Object.fromEntries(
    Array.from({ length: count }, (_, i) => [
      `${folder}/part-${i}/index.md`,
      `# Part ${i}\n\nTODO: x\n`,
    ]),
  );

const CLAUDE_PAGE = `# CLAUDE.md

Build with \`make\`. See [the guide](docs/guide.md) and @docs/style.md.
FIXME: this page is out of date. Ask {TEAM_LEAD}.
`;

export const FOREIGN: readonly Foreign[] = [
  {
    name: 'an OpenClaw agent that has a life of its own',
    files: {
      'AGENTS.md': '# Agents\n\n## Domain rules\n\nStay in the harbour.\n',
      'SOUL.md':
        '# Soul\n\nYou like tides.\n\n## Domain knowledge\n\nEbb takes six hours at the old pier.\n\n## Boundaries\n\nNever wake the skipper.\n',
      'USER.md':
        '# User\n\n- **Name:** Ruth\n- **Timezone:** Europe/Amsterdam\n\n## Owner notes\n\nLikes tea.\n',
      'IDENTITY.md': '# Identity\n\n- **Name:** Pip\n',
      'MEMORY.md': '# Memory\n\n- The pier closes at nine.\n',
      'HEARTBEAT.md': '# Heartbeat\n\nCheck the tide table every hour.\n',
      'TOOLS.md': '# Tools\n\nThe key of the shed hangs behind the door.\n',
      'BOOTSTRAP.md': '# Hello\n\nYou just woke up. {FIRST_NAME}, see [this](gone.md).\n',
      'memory/2026-01-03.md': '# 2026-01-03\n\nThe pier lamp was broken.\n',
      'memory/heartbeat-state.json': '{"last": 1}\n',
      '.openclaw/state.json': '{}\n',
    },
    search: ['when does the pier close', 'MEMORY.md'],
  },
  {
    name: 'an OpenClaw workspace with an older system’s orders and backups',
    files: {
      'AGENTS.md': `# Agents\n\n${'Obey the night manager and rotate the schedule. '.repeat(450)}\n`,
      'SOUL.md': '# Soul\n\n## Domain Anchor\n\nBees, and what they need.\n',
      'memory.md': '# Memory\n\nThe hive by the oak swarms in May.\n',
      'projects/hives/notes.md': '# Hives\n\nThe schedule of inspections: every tenth day.\n',
      'projects/hives/counts.csv': windows('hive;café\n1;5\n'),
      'scripts/rotate.sh': 'cp projects/hives/notes.md "$HOME/bees/projects/old.md"\n',
      'README.md': 'Notes are in projects/hives, and memory.md has the rest.\n',
      'backups/2025/AGENTS.md': '# Agents\n\nObey the night manager and rotate the schedule.\n',
    },
    search: ['schedule of inspections', 'PROJECTS/hives/notes.md'],
  },
  {
    name: 'an Obsidian vault with templates, daily notes and an inbox',
    files: {
      '.obsidian/workspace.json': '{"main": {}}\n',
      '.obsidian/app.json': '{}\n',
      'Daily/2026-01-03.md': '# Saturday\n\nWatered the lemon tree. See [[Lemon tree]].\n',
      'Garden/Lemon tree.md': '---\ntags: [tree]\n---\n\n# Lemon tree\n\nWater it on Saturdays.\n',
      'Templates/Daily.md': '# {{date}}\n\n{{title}} by <your name>\n',
      'inbox/idea.md': '# Idea\n\nA bench under the lemon tree.\n',
      'inbox/README.md': '# My inbox\n\nUnsorted.\n',
      'Welcome.md': 'TODO: tidy up. [Help](Help.md)\n',
      'Garden/.stversions/Lemon tree~20260101.md': '# Lemon tree\n',
      'Garden/Lemon tree.sync-conflict-20260102-ABC.md': '# Lemon tree\n',
      '.DS_Store': Buffer.from([0, 0, 0, 1, 0xff]),
    },
    search: ['when to water the lemon tree', 'Garden/Lemon tree.md'],
  },
  {
    name: 'a Claude Code project',
    files: {
      'CLAUDE.md': CLAUDE_PAGE,
      'CLAUDE.local.md': 'My proxy is http://ada:hunter2secret@proxy.example.org:8080\n',
      '.claude/settings.json': '{"hooks": {}}\n',
      '.claude/agents/reviewer.md': '---\nname: reviewer\n---\n\nReview {FILE}. TODO\n',
      '.claude/commands/ship.md': 'Ship $ARGUMENTS for ${NODE_ID}.\n',
      '.mcp.json': '{"mcpServers": {}}\n',
      'src/index.ts': 'export const x = 1; // TODO\n',
      'docs/guide.md':
        '# Guide\n\nThe turbine is started with two keys. See [old](../old/guide.md).\n',
      'docs/style.md': '# Style\n\nTBD\n',
      'package.json': '{"name": "turbine"}\n',
      Makefile: 'all:\n\techo ${NODE_ID}\n',
    },
    search: ['how is the turbine started', 'docs/guide.md'],
  },
  {
    name: 'a folder of agent memory',
    files: {
      'AGENTS.md': '# Agents\n\nRemember what matters.\n',
      'memory/README.md': '# How memory works here\n\nOne file a day.\n',
      'memory/people/Tove.md': '# Tove\n\nTove repairs clocks in the Kirkegata.\n',
      'memory/2026-01-03.md': '# 2026-01-03\n\n## Met Tove\n\nShe has the spare key.\n',
      'memory/2026-01-04.md': windows('# 2026-01-04\n\nThe “blue” café was shut.\n'),
      'memory/index.json': '{"people": ["Tove"]}\n',
      'MEMORY.md': '# Memory\n\nTove has the spare key.\n',
    },
    search: ['who repairs clocks', 'memory/people/Tove.md'],
  },
  {
    name: 'Chinese and Japanese names and text',
    files: {
      'AGENTS.md': '# 代理\n\n请用中文回答。\n',
      'SOUL.md': '# 灵魂\n\n## 领域\n\n茶叶。\n',
      'MEMORY.md': '# 记忆\n\n龙井茶在清明前采摘。\n',
      '笔记/茶.md': '# 茶\n\n龙井茶的水温是八十度。TODO：补充。\n',
      'メモ/会議.md': '# 会議\n\n来週の会議は京都で行う。\n',
      'メモ/古い.md': Buffer.from([0x23, 0x20, 0x83, 0x81, 0x83, 0x82, 0x0a]),
      '資料 （第2版）.md': '# 資料\n\n[リンク](無い.md)\n',
    },
    search: ['龙井茶的水温', '笔记/茶.md'],
  },
  {
    name: 'everything from Windows: CRLF, a byte order mark, UTF-16, Thumbs.db',
    files: {
      'AGENTS.md': crlf('\ufeff# Agents\n\nBe brief.\n'),
      'SOUL.md': crlf('# Soul\n\nBe kind.\n\n## Domain\n\nA shop for lamps.\n'),
      'USER.md': utf16('# User\r\n\r\n- **Name:** Zoë\r\n'),
      'notes/stock.md': crlf('# Stock\n\n| lamp | count |\n|---|---|\n| brass | 4 |\n'),
      'notes/report.txt': utf16('Sales were good.\r\n'),
      'notes/Thumbs.db': Buffer.from([0xd0, 0xcf, 0x11, 0xe0]),
      'todo.txt': crlf('TODO buy bulbs\n'),
      'setup.bat': crlf('@echo off\n'),
    },
    search: ['how many brass lamps', 'notes/stock.md'],
  },
  {
    name: 'Latin-1 and Windows-1252 everywhere',
    files: {
      'AGENTS.md': windows('# Agents\n\nRépondez en français, “toujours”.\n'),
      'SOUL.md': '# Soul\n\nBe calm.\n',
      'IDENTITY.md': windows('# Identité\n\nRenée\n'),
      'clients.csv': windows('nom;ville\nRenée;Orléans\n'),
      'notes.md': windows('# Notes\n\nLe café ferme à midi.\n'),
      'memory/2026-01-03.md': windows('# 2026-01-03\n\nÉté.\n'),
      'PROJECTS/cafe/menu.md': windows('# Menu\n\nCrème brûlée\n'),
      'PROJECTS/cafe/suppliers.md': '# Suppliers\n\nCream comes from the farm in Olivet.\n',
    },
    search: ['where does the cream come from', 'PROJECTS/cafe/suppliers.md'],
  },
  {
    name: 'links inside, outside, to nowhere and in a circle',
    files: {
      'AGENTS.md': '# Agents\n\nThe well is behind the mill.\n',
      'notes/well.md': '# Well\n\nThe well is nine metres deep.\n',
    },
    links: {
      'CLAUDE.md': 'AGENTS.md',
      skills: '/nonexistent/shared/skills',
      'notes/up': '../..',
      'notes/loop': 'loop',
      'memory/old': '../../elsewhere',
      'latest.md': 'notes/well.md',
    },
    search: ['how deep is the well', 'notes/well.md'],
  },
  {
    name: 'a git repository with submodules, worktrees and ignored folders',
    files: {
      '.git/HEAD': 'ref: refs/heads/main\n',
      '.git/config': '[core]\n\tbare = false\n',
      '.gitmodules':
        '[submodule "lib/maps"]\n\tpath = lib/maps\n\turl = https://example.org/maps\n',
      'lib/maps/.git': 'gitdir: ../../.git/modules/lib/maps\n',
      'lib/maps/README.md': '# Maps\n\nTODO: {SCALE}. [Legend](legend.md)\n',
      '.gitignore': 'out/\n',
      '.gitattributes': '* text=auto\n',
      '.github/workflows/ci.yml': 'on: push\nenv:\n  TOKEN: ${{ secrets.TOKEN }}\n',
      'README.md':
        '# Lighthouse\n\n[![build](badge.svg)](ci) The lamp turns every nine seconds. TODO\n',
      'docs/lamp.md': '# Lamp\n\nThe lamp turns every nine seconds.\n',
      'audit/2025.md': '# Audit 2025\n\nThe accounts were in order. TBD\n',
    },
    search: ['how fast does the lamp turn', 'docs/lamp.md'],
  },
  {
    name: 'huge folders of packages and builds beside a few pages',
    files: {
      ...many('node_modules/@scope/package', 300),
      ...many('vendor/bundle', 200),
      ...many('.venv/lib/site-packages', 200),
      'target/debug/build.log': `${'warning: x\n'.repeat(40_000)}`,
      'AGENTS.md': '# Agents\n\nThe kiln is lit on Mondays.\n',
      'REGISTRY.md': '# Registry\n\nThe register of pots: 14 in store.\n',
      'LOCK.md': 'The lock of the shed sticks.\n',
      'pots/glaze.md': '# Glaze\n\nThe blue glaze needs cobalt.\n',
      'examples/pot.md': '# Pot\n\n{CLAY} and {{glaze}}\n',
      'PROJECTS.md': '# Projects\n\n- [ ] TODO mend the kiln\n',
    },
    search: ['what does the blue glaze need', 'pots/glaze.md'],
  },
  {
    name: 'a site of Hugo',
    files: {
      'hugo.toml': 'title = "Ünï"\n',
      'archetypes/default.md': '+++\ntitle = "{{ .Name }}"\ndraft = true\n+++\n',
      'content/posts/tides.md':
        '+++\ntitle = "TODO: tides"\n+++\n\nEbb takes six hours. {{< figure src="a.png" >}}\n\n| a | b |\n\n[x](/none/)\n',
      'content/posts/ä/index.md': '---\ntitle: "B: c"\ntags: [a, b]\n---\n\n<!--more-->\n',
      'themes/plain/AGENTS.md': '# Of the theme\n',
      'AGENTS.md': '# How to write posts\n\nBe brief.\n',
    },
    search: ['how long does ebb take', 'content/posts/tides.md'],
  },
  {
    name: 'notes that were exported from a phone',
    files: {
      ['Notizen/Café – Öffnungszeiten.md'.normalize('NFD')]: '# Café\n\nThe café opens at ten.\n',
      ['Notizen/Größe: M∕L?.md'.normalize('NFD')]: 'x\n',
      'Notizen/New Note.md': '',
      'Notizen/New Note 2.md': '\u00a0\n',
      'Notizen/Shared copy.md': 'a\u2028b\n',
      'Notizen/ 🎉 "party" .md': 'x',
      'Notizen/old mac.md': 'a\rb\r',
      'Notizen/utf16.md': utf16('hello'),
      'Notizen/latin.md': windows('café'),
      'Notizen/._New Note.md': Buffer.from([0, 5, 22, 7]),
      'Notizen/Attachments/IMG_0001.HEIC': Buffer.from([0, 0, 0, 24]),
      'audit/Steuer 2023.md': '# Steuer\n',
    },
    search: ['when does the café open', 'Notizen/Café – Öffnungszeiten.md'.normalize('NFD')],
  },
];

export function writeForeign(root: string, { files, links = {} }: Foreign): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  for (const [path, target] of Object.entries(links)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    symlinkSync(target, join(root, path));
  }
}
