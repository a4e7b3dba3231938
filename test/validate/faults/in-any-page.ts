/** Mistakes that any page can have. */
import { type FaultKind, splice } from './fault.js';

export const ANY_PAGES: readonly string[] = [
  'ACTIVE-PROJECTS.md',
  'NOTIFICATIONS.md',
  'MODEL-TIERS.md',
  'SOUL.md',
  'USER.md',
  'LOCK.md',
  'INTEGRITY-MANIFEST.md',
  'MEMORY.md',
  'PROJECTS/inventory/LONGRUNNER.md',
  'PROJECTS/inventory/PHASES.md',
  'orchestration-os/RUNNERS.md',
  'orchestration-os/OPS-TOOL-REGISTRY.md',
  'orchestration-os/CRON-HARDLINES.md',
  'audit/AUDIT-LOG.md',
  'memory/2026-11-20.md',
];

const heading = (lines: readonly string[]): number =>
  lines.findIndex((line) => /^#{1,3} /.test(line));

export const IN_ANY_PAGE: readonly FaultKind[] = [
  {
    kind: 'a conflict of git',
    rule: 'conflict-marker',
    damage: (lines) => {
      const last = lines.length - 2;
      return {
        lines: splice(
          lines,
          last,
          1,
          '<<<<<<< HEAD',
          lines[last] ?? '',
          '=======',
          `${lines[last]} `,
          '>>>>>>> origin/main',
        ),
        line: last + 1,
      };
    },
  },
  {
    kind: 'a conflict of git, with the version of before',
    rule: 'conflict-marker',
    damage: (lines) => {
      const index = heading(lines);
      return {
        lines: splice(
          lines,
          index,
          1,
          '<<<<<<< ours',
          lines[index] ?? '',
          '||||||| 93d2ce3',
          '=======',
          '# Another title',
          '>>>>>>> theirs',
        ),
        line: index + 1,
      };
    },
  },
  {
    kind: 'a marker of git that was left behind',
    rule: 'conflict-marker',
    damage: (lines) => {
      const index = heading(lines);
      return { lines: splice(lines, index + 1, 0, '', '>>>>>>> theirs', ''), line: index + 3 };
    },
  },
  {
    kind: 'a NULL character',
    rule: 'odd-character',
    damage: (lines) => {
      const index = heading(lines);
      return { lines: splice(lines, index + 1, 0, '', 'a\0b', ''), line: index + 3 };
    },
  },
  {
    kind: 'a no-break space in place of the space of a heading',
    rule: 'odd-character',
    damage: (lines) => {
      const index = heading(lines);
      return {
        lines: splice(lines, index, 1, (lines[index] ?? '').replace('# ', '#\u00a0')),
        line: index + 1,
      };
    },
  },
  {
    kind: 'a zero-width space before a heading',
    rule: 'odd-character',
    damage: (lines) => {
      const index = heading(lines);
      return { lines: splice(lines, index, 1, `\u200b${lines[index]}`), line: index + 1 };
    },
  },
  {
    kind: 'a pointer of git-lfs',
    rule: 'file-missing',
    damage: () => ({
      lines: [
        'version https://git-lfs.github.com/spec/v1',
        `oid sha256:${'a'.repeat(64)}`,
        'size 12345',
        '',
      ],
      line: 1,
    }),
  },
];
