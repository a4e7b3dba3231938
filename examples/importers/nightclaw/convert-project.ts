/** Converts a project: its state becomes front matter, its phases become PHASES.md. */
import { newDocument } from '../../../src/markdown/edit-records.js';
import { renderYaml } from '../../../src/markdown/render-yaml.js';
import type { Value } from '../../../src/markdown/types.js';
import type { LongrunnerPage } from './read-longrunner.js';
import { type NightPhase, readPhases } from './read-phases.js';
import { isMap } from './sections.js';
import { wordOf } from './plain-values.js';

/** What a project may refer to in the new workspace. */
export type Vocabulary = {
  readonly tools: ReadonlySet<string>;
  readonly tiers: ReadonlySet<string>;
};
export type Reconciled = {
  readonly phaseStatus: 'active' | 'blocked' | 'complete';
  readonly transition?: { readonly triggered: string; readonly expires: string };
};
export type Converted = {
  readonly longrunner: string;
  readonly phases: string;
  readonly phase: string;
  readonly successor: string;
  readonly notes: readonly string[];
};
type Source = {
  readonly slug: string;
  readonly page: LongrunnerPage;
  readonly phasesYaml: string | undefined;
  readonly vocabulary: Vocabulary;
};

const NOT_RECORDED = 'Not recorded: say in one sentence why this project exists.';
const FIRST = 'first';
const QUALITIES = ['STRONG', 'ADEQUATE', 'WEAK', 'FAIL'];

/** `notes`: what cannot be converted, or what the owner must complete. */
export function convertProject(
  { slug, page, phasesYaml, vocabulary }: Source,
  reconciled: Reconciled,
): Converted {
  const name = page.phase.name === '' ? FIRST : page.phase.name;
  const read = readPhases(phasesYaml, { ...page, phase: { ...page.phase, name } });
  const current = read.phases.find((phase) => phase.name === name);
  const successor = successorOf(current, page.phase.successor);
  const tools = page.next.tools.filter((tool) => vocabulary.tools.has(tool));
  const notes = [
    ...(read.problem === undefined ? [] : [`phases.yaml is not imported: ${read.problem}`]),
    ...(page.mission === '' ? ['it has no mission: write one into LONGRUNNER.md'] : []),
    ...read.phases
      .filter((phase) => !phase.described)
      .map((phase) => `the phase ${phase.name} has no objective: write one into PHASES.md`),
    ...(read.phases.some((phase) => phase.stop.length > 0)
      ? ['its stop conditions are text, which cannot end a phase: write tests into PHASES.md']
      : []),
    ...(page.phase.successor !== '' && successor !== page.phase.successor
      ? [`PHASES.md does not allow ${page.phase.successor} after ${name}`]
      : []),
    ...missing('requires', page.next.tools, vocabulary.tools),
    ...read.phases.flatMap((phase) =>
      missing(`lets the phase ${phase.name} use`, phase.tools ?? [], vocabulary.tools),
    ),
  ];
  return {
    longrunner: newDocument(
      frontMatter(page, { vocabulary, reconciled, name, successor, tools, current, slug }),
      body(slug, page),
    ),
    phases: phasesPage(read.phases, vocabulary),
    phase: name,
    successor,
    notes,
  };
}

/** Converts a draft, which waits for the owner. */
export function convertDraft(slug: string, page: LongrunnerPage): string {
  const { phase, next } = page;
  const fields: Record<string, Value> = {
    mission: page.mission || NOT_RECORDED,
    'phase.name': phase.name || FIRST,
    'phase.objective': phase.objective || next.objective || NOT_RECORDED,
    'phase.stop_condition': phase.stop,
    'phase.status': 'active',
    'phase.successor': phase.successor || null,
    'next_pass.objective': next.objective || null,
    'next_pass.pass_type': next.type || null,
  };
  return newDocument(fields, body(slug, page));
}

type Parts = {
  readonly vocabulary: Vocabulary;
  readonly reconciled: Reconciled;
  readonly name: string;
  readonly successor: string;
  readonly tools: readonly string[];
  readonly current: NightPhase | undefined;
  readonly slug: string;
};

function frontMatter(
  page: LongrunnerPage,
  { vocabulary, reconciled, name, successor, tools, current, slug }: Parts,
): Readonly<Record<string, Value>> {
  const { phase, last, next, transition } = page;
  const inside = (path: string): string =>
    path.replace(/^\.\//, '').replace(new RegExp(`^PROJECTS/${slug}/`), '');
  return {
    mission: page.mission || NOT_RECORDED,
    'phase.name': name,
    'phase.objective': phase.objective || current?.objective || NOT_RECORDED,
    'phase.stop_condition': [],
    'phase.started': phase.started || null,
    'phase.status': reconciled.phaseStatus,
    'phase.successor': successor || null,
    'transition.triggered_at': reconciled.transition?.triggered ?? null,
    'transition.expires_at': reconciled.transition?.expires ?? null,
    'transition.timeout_days': Math.min(30, Math.max(1, transition.timeoutDays ?? 3)),
    'transition.reescalations':
      reconciled.transition === undefined ? 0 : Math.min(3, transition.reescalations),
    'last_pass.date': last.date || null,
    'last_pass.objective': last.objective || null,
    'last_pass.outputs': last.outputs.map(inside).filter((path) => /^(?!\/|\.\.\/)\S/.test(path)),
    'last_pass.quality': QUALITIES.includes(last.quality) ? last.quality : null,
    'last_pass.validated': last.validated === '' ? null : last.validated === 'true',
    'last_pass.weak': last.weak === '' ? null : last.weak === 'true',
    'next_pass.objective': next.objective || null,
    'next_pass.runner': null,
    'next_pass.model_tier': vocabulary.tiers.has(next.tier) ? next.tier : 'standard',
    'next_pass.context_budget': Math.min(1_000_000, Math.max(1000, next.budget ?? 60_000)),
    'next_pass.tools': [],
    'next_pass.requires': tools,
    'next_pass.pass_type': next.type || null,
    'next_pass.criteria': next.criteria.flatMap((item) => criterion(item, inside)),
    'next_pass.writes': ['outputs/**'],
  };
}

/** Only `file_exists` means the same in Nocturne; other tests become text for people. */
function criterion(item: unknown, inside: (path: string) => string): unknown[] {
  if (!isMap(item)) return wordOf(item) === '' ? [] : [wordOf(item)];
  const type = wordOf(item['type']) || (item['file_exists'] === undefined ? '' : 'file_exists');
  const path = inside(wordOf(item['path'] ?? item['file'] ?? item['file_exists']));
  if (type === 'file_exists' && /^(?!\/|\.\.\/)[^\s{}]+$/.test(path))
    return [{ file_exists: path }];
  return [
    Object.entries(item)
      .map(([key, value]) => `${key}: ${wordOf(value) || JSON.stringify(value)}`)
      .join(', '),
  ];
}

function successorOf(current: NightPhase | undefined, named: string): string {
  const [first = '', second] = current?.successors ?? [];
  if (named !== '' && current?.successors.includes(named) === true) return named;
  return second === undefined ? first : '';
}

function missing(what: string, names: readonly string[], tools: ReadonlySet<string>): string[] {
  const unknown = [...new Set(names.filter((name) => !tools.has(name)))];
  return unknown.length === 0
    ? []
    : [`it ${what} ${unknown.join(', ')}, which OPS-TOOL-REGISTRY.md does not have`];
}

function body(slug: string, page: LongrunnerPage): string {
  return /^# /m.test(page.body) ? page.body : `# ${slug}\n\n${page.body}`.trim();
}

function phasesPage(phases: readonly NightPhase[], vocabulary: Vocabulary): string {
  const sections = phases.map((phase) => {
    const tools =
      phase.tools === undefined
        ? ''
        : `\n${block(
            'tools',
            phase.tools.filter((tool) => vocabulary.tools.has(tool)),
          )}`;
    return `## ${phase.name}\n\n- **Objective:** ${phase.objective}\n\n${block('successors', phase.successors)}\n${block('stop_condition', phase.stop)}${tools}`;
  });
  return `# Phases\n\nImported from NightClaw. Text under \`stop_condition\` is for people; only tests end a phase. Passes cannot write this file.\n\n${sections.join('\n')}`;
}

function block(name: string, items: readonly string[]): string {
  return `\`\`\`yaml ${name}\n${renderYaml(items)}\`\`\`\n`;
}
