/** What passes do all the time, and no door may refuse. */
import type { Action, Authority } from '../../src/governance/types.js';
import { worker } from './guard-workspace.js';

export type Ordinary = readonly [
  sentence: string,
  action: Action,
  about?: { readonly authority?: Authority; readonly cwd?: string },
];

const OUT = 'PROJECTS/inventory/outputs';
const write = (path: string, content: string | Uint8Array = 'text\n'): Action => ({
  kind: 'write',
  path,
  content,
});
const run = (command: string): Action => ({ kind: 'exec', command });
const TABLE =
  '# Findings\n\n## Findings\n\n| Name | Severity | Found | Project | Accepted |\n|---|---|---|---|---|\n| left-pad | 3 | 2026-11-20 | inventory | true |\n';

const files = (root: string): readonly Ordinary[] => [
  ['a new output', write(`${OUT}/inventory-2026-11-21.md`)],
  ['a new output by its absolute path', write(`${root}/${OUT}/a.md`)],
  ['a new output in a new folder', write(`${OUT}/2026/11/21/a.md`)],
  ['a path with a detour that stays inside', write(`${OUT}/sub/../a.md`)],
  ['an output of this phase again', write(`${OUT}/draft.md`)],
  [
    'an edit of an output of this phase',
    { kind: 'edit', path: `${OUT}/draft.md`, content: 'second draft\n' },
  ],
  [
    'an append to an output of this phase',
    { kind: 'append', path: `${OUT}/draft.md`, content: 'more\n' },
  ],
  ['deleting an output of this phase', { kind: 'delete', path: `${OUT}/draft.md` }],
  [
    'renaming an output of this phase',
    { kind: 'rename', path: `${OUT}/draft.md`, to: `${OUT}/final.md` },
  ],
  ['deleting a link in the scope', { kind: 'delete', path: `${OUT}/soul-link.md` }],
  ['deleting a second name of a file', { kind: 'delete', path: `${OUT}/hard.md` }],
  ['an accent in a name', write(`${OUT}/résumé.md`)],
  ['the same accent as the file has', write(`${OUT}/café.md`)],
  ['a name in another script', write(`${OUT}/отчёт.md`)],
  ['a blank, a bracket and a percent sign in a name', write(`${OUT}/50% of [a] b.md`)],
  ['a hidden file in the scope', write(`${OUT}/.keep`, '')],
  ['names that differ by a digit', write(`${OUT}/draft-1.md`)],
  [
    'a binary file',
    write(`${OUT}/chart.png`, Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0xff, 0xfe, 0x00)),
  ],
  [
    'a new row in a table',
    write(`${OUT}/findings.md`, `${TABLE}| glob | 7 | 2026-11-21 | other | - |\n`),
  ],
  [
    'another order of columns and rows',
    write(
      `${OUT}/findings.md`,
      '# F\n\n## Findings\n\n| Severity | Name | Found | Project | Accepted |\n|---|---|---|---|---|\n| 2 | a | - | - | - |\n| 4 | left-pad | 2026-11-20 | inventory | true |\n',
    ),
  ],
  [
    'a memory entry',
    {
      kind: 'append',
      path: 'memory/2026-11-20.md',
      content: '\n## RUN-20261121-001\n\n- **Result:** fine\n',
    },
  ],
  [
    'a memory file for a new day',
    write('memory/2026-11-21.md', '# 2026-11-21\n\n## RUN-20261121-001\n\n- **Result:** fine\n'),
  ],
  [
    'a draft of a project',
    write('PROJECTS/inventory/LONGRUNNER-DRAFT.md', '---\nmission: look after licences\n---\n'),
  ],
  [
    'a line at the end of a log without links',
    { kind: 'append', path: 'journal.md', content: '- second line\n' },
  ],
  ['a write whose content is not given yet', { kind: 'write', path: `${OUT}/a.md` }],
  [
    'text about secrets',
    write(
      `${OUT}/a.md`,
      'The token is in $GITHUB_TOKEN; password: "<your password>"; key sk-... ; secret santa\n',
    ),
  ],
  [
    'hashes and identifiers',
    write(
      `${OUT}/a.md`,
      `${'0123456789abcdef'.repeat(4)} RUN-20261121-001 sha512-${Buffer.alloc(64, 7).toString('base64')}\n`,
    ),
  ],
];

const COMMANDS: readonly Ordinary[] = [
  ['reading', run('cat PROJECTS/inventory/LONGRUNNER.md')],
  ['reading through a pipe', run('cat journal.md | grep line | wc -l')],
  ['reading a protected file', run('head -n 20 SOUL.md')],
  ['reading with a variable', run('for f in *.md; do wc -l "$f"; done')],
  ['looking for files', run("find . -name '*.md' -not -path './node_modules/*' | sort | uniq -c")],
  ['find that runs a reader', run('find . -name "*.md" -exec wc -l {} +')],
  ['errors thrown away', run('ls nothing 2>/dev/null || echo none')],
  ['errors joined', run('ls nothing 2>&1 | head -1')],
  ['output into the scope', run(`ls > ${OUT}/list.txt`)],
  ['output at the end of a file of the scope', run(`date >> ${OUT}/draft.md`)],
  ['output into the scope after going there', run(`cd ${OUT} && ls > list.txt`)],
  ['output after going there, on a line of its own', run(`cd ${OUT}\nls > list.txt`)],
  ['output into a folder that it makes', run(`mkdir -p ${OUT}/new && echo x > ${OUT}/new/a.md`)],
  [
    'output in the folder of the project',
    run('echo x > outputs/a.md'),
    { cwd: 'PROJECTS/inventory' },
  ],
  [
    'a here-document',
    run(`cat > ${OUT}/a.md <<'EOF'\n# It's "fine" $HOME \`x\` > SOUL.md; rm SOUL.md\nEOF`),
  ],
  ['a here-document without anything to expand', run(`cat > ${OUT}/a.md <<EOF\nit's\nEOF`)],
  ['quoted operators', run("grep -n 'a > b; rm SOUL.md' journal.md")],
  ['a quoted dollar', run("grep 'cost: $5' journal.md")],
  ['a test', run(`[ -f ${OUT}/a.md ] && echo there`)],
  ['a choice', run(`grep -q x journal.md && echo y > ${OUT}/y.md || echo n > ${OUT}/n.md`)],
  ['several lines', run('ls\ncat journal.md # the log\n')],
  ['a harmless variable', run('LC_ALL=C sort journal.md')],
  ['a time limit', run('timeout 30 node check.mjs')],
  ['a script that the registry allows', run('node PROJECTS/inventory/check.mjs')],
  ['a program without a shell', { kind: 'exec', argv: ['grep', '-c', '> SOUL.md', 'journal.md'] }],
  ['what npm has installed', run('npm ls')],
  ['a view with npm', run('npm view yaml')],
  ['the history', run('git log --oneline -5')],
  ['sed that only prints', run("sed -n '1,5p' journal.md")],
  ['sed that replaces in its stream', run("sed -e 's/a/b/g; s|x/y|z|' -e '/^$/d' journal.md")],
  ['sed in place in the scope', run(`sed -i 's/first/second/' ${OUT}/draft.md`)],
  ['awk that prints', run("awk -F'\\t' '$3 > 5 { print $1 }' journal.md")],
  ['awk that prints signs', run(`awk -F'|' '/a|b/ { print $2 " -> " $1 }' journal.md`)],
  ['sed with a delimiter in brackets', run("sed 's/[^/]*$//' journal.md")],
  [
    'sorting into a new file and putting it in place',
    run(`sort -u ${OUT}/draft.md > ${OUT}/new.md && mv ${OUT}/new.md ${OUT}/draft.md`),
  ],
  ['removing with flags and a double dash', run(`rm -r -f -- ${OUT}/draft.md`)],
  ['the time with its format', run('date -Iseconds')],
  ['tee into the scope', run(`ls | tee ${OUT}/list.txt`)],
  ['copying in the scope', run(`cp ${OUT}/draft.md ${OUT}/copy.md`)],
  ['copying a protected file into the scope', run(`cp SOUL.md ${OUT}/soul-copy.md`)],
  [
    'copying into a folder of the scope',
    run(`mkdir -p ${OUT}/sub && cp ${OUT}/draft.md ${OUT}/sub/`),
  ],
  ['moving in the scope', run(`mv ${OUT}/draft.md ${OUT}/final.md`)],
  ['removing in the scope', run(`rm -f ${OUT}/draft.md`)],
  ['removing by pattern in the scope', run(`rm ${OUT}/dra*.md`)],
  ['touching in the scope', run(`touch ${OUT}/a.md`)],
  ['changing the mode in the scope', run(`chmod 644 ${OUT}/draft.md`)],
  ['sorting into the scope', run(`sort -u journal.md -o ${OUT}/sorted.txt`)],
  [
    'a tool that the phase allows',
    run('cat journal.md | sort'),
    { authority: { ...worker, tools: ['readers', 'sort'] } },
  ],
  [
    'reading without a token',
    run('cat journal.md | sort | sed -n 1p'),
    { authority: { kind: 'reader' } },
  ],
  ['a full path to a system program', run('/usr/bin/sort journal.md')],
];

/** @param root of a copy of the guard's fixture workspace. */
export function ordinaryActionsIn(
  root: string,
): Readonly<Record<'files' | 'commands', readonly Ordinary[]>> {
  return { files: files(root), commands: COMMANDS };
}
