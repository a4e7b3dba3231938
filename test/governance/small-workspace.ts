/**
 * Whole small workspaces for decisions: the shipped REGISTRY.md and whatever files a case needs.
 */
import { mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { sha256 } from '../../src/kernel/hash.js';
import { openSnapshot } from '../../src/workspace/snapshot.js';
import type { Snapshot } from '../../src/workspace/types.js';

type TestContext = { testdir(content?: Record<string, string>): string };

export const NOW = new Date('2026-11-21T03:00:00Z');
const REGISTRY = readFileSync(new URL('../../../REGISTRY.md', import.meta.url), 'utf8');

/** A file's text, or its bytes and the time at which it was last written. */
export type Files = Readonly<Record<string, string | GivenFile>>;
type GivenFile = { readonly content: string | Uint8Array; readonly mtime?: string };

export function smallWorkspace(t: TestContext, files: Files, now: Date = NOW): Snapshot {
  const root = t.testdir({});
  const all: Files = { 'REGISTRY.md': REGISTRY, ...files };
  for (const [path, given] of Object.entries(all)) {
    const full = join(root, path);
    mkdirSync(dirname(full), { recursive: true });
    const { content, mtime }: GivenFile = typeof given === 'string' ? { content: given } : given;
    writeFileSync(full, content);
    if (mtime !== undefined) utimesSync(full, new Date(mtime), new Date(mtime));
  }
  return openSnapshot(root, { now });
}

export function rows(
  heading: string,
  columns: readonly string[],
  values: readonly (readonly (string | number)[])[],
): string {
  return [
    `## ${heading}`,
    '',
    `| ${columns.join(' | ')} |`,
    `|${columns.map(() => '---|').join('')}`,
    ...values.map((row) => `| ${row.map((cell) => (cell === '' ? '-' : cell)).join(' | ')} |`),
    '',
  ].join('\n');
}

/** The change log of whole files, whose contents stand in it as hashes. */
export function changeLog(
  changes: readonly (readonly [path: string, old: string, now: string, written: string])[],
): Files {
  const hashed = (content: string): string => (content === '' ? '' : `sha256:${sha256(content)}`);
  const columns = [
    'Address',
    'Old',
    'New',
    'Writer',
    'Run id',
    'Bundle',
    'T written',
    'T valid',
    'Reason',
    'Chain',
  ];
  return {
    'audit/CHANGE-LOG.md': rows(
      'Changes',
      columns,
      changes.map(([path, old, now, written]) => [
        path,
        hashed(old),
        hashed(now),
        'pass',
        '',
        '',
        written,
        written,
        'agent wrote',
        '',
      ]),
    ),
  };
}

export type DispatchRow = {
  readonly slug: string;
  readonly priority?: number | string;
  readonly status?: string;
  readonly last?: string;
  readonly escalation?: string;
  readonly phase?: string;
};

export function dispatchTable(all: readonly DispatchRow[]): string {
  const values = all.map((row, i) => [
    row.priority ?? i + 1,
    row.slug,
    `PROJECTS/${row.slug}/LONGRUNNER.md`,
    row.phase ?? 'collect',
    row.status ?? 'active',
    row.last ?? '',
    row.escalation ?? '',
  ]);
  return `# Projects\n\n${rows('Projects', ['Priority', 'Slug', 'Longrunner', 'Phase', 'Status', 'Last worker pass', 'Escalation'], values)}`;
}

export type ProjectFields = {
  readonly phase?: Record<string, string>;
  readonly transition?: Record<string, string>;
  readonly last_pass?: Record<string, string>;
  readonly next_pass?: Record<string, string>;
};

export function longrunner(fields: ProjectFields = {}): string {
  const groups: Record<string, Record<string, string>> = {
    phase: {
      name: 'collect',
      objective: 'List the packages',
      status: 'active',
      started: '2026-11-01T00:00:00Z',
      ...fields.phase,
    },
    transition: { ...fields.transition },
    last_pass: { ...fields.last_pass },
    next_pass: { objective: 'List the first twelve', model_tier: 'standard', ...fields.next_pass },
  };
  const lines = Object.entries(groups).flatMap(([name, values]) =>
    Object.keys(values).length === 0
      ? []
      : [`${name}:`, ...Object.entries(values).map(([field, value]) => `  ${field}: ${value}`)],
  );
  return `---\nmission: Know what is installed\n${lines.join('\n')}\n---\n\n# Project\n`;
}

export const PHASES = `# Phases

## collect First

- **Objective:** List the packages
- **Successors:** review

## review

- **Objective:** Look at the licences
- **Successors:** -
`;

export type NoticeFields = {
  readonly id: string;
  readonly kind: string;
  readonly project?: string;
  readonly time?: string;
  readonly status?: string;
  readonly answer?: string;
  readonly question?: string;
  readonly priority?: string;
  readonly topic?: string;
};

export function notifications(all: readonly NoticeFields[]): string {
  const entries = all.map((one) =>
    [
      `### ${one.id}`,
      '',
      `- **Time:** ${one.time ?? '2026-11-20T22:00:00Z'}`,
      `- **Priority:** ${one.priority ?? 'high'}`,
      `- **Project:** ${one.project ?? '-'}`,
      `- **Kind:** ${one.kind}`,
      `- **Action needed:** ${one.question ?? 'What now?'}`,
      `- **Status:** ${one.status ?? 'open'}`,
      `- **Answer:** ${one.answer ?? ''}`,
      `- **Topic:** ${one.topic ?? '-'}`,
      '',
    ].join('\n'),
  );
  return `# Notifications\n\n## Briefing\n\n- **Time:** -\n\n## Inbox\n\n${entries.join('\n')}`;
}
