/**
 * Proposes rows for R3 of REGISTRY.md, so that what was in a folder before Nocturne stays the
 * owner's: FREE for folders and for files that Nocturne cannot read, CODE for pages with findings.
 */
import { isIncomingMessage } from '../governance/incoming-message-path.js';
import { globMatches } from '../kernel/glob.js';
import { loadSchema } from '../registry/load-schema.js';
import { routeOf } from '../registry/route.js';
import type { Schema } from '../registry/types.js';
import { contentKind } from '../validate/content-kind.js';
import { decode, type ExistingFiles } from './existing-files.js';
import { hasFindings, hasSecrets } from './existing-findings.js';
import { leadsOut } from './leads-out.js';
import type { PlanDraft } from './setup-plan.js';

const REGISTRY = 'REGISTRY.md';
/** The first row of R3 follows. */
const HEAD = /^\| Pattern \| Tier \| Bundle \| Note \|\n\|[-|]+\|\n/m;
/** Neither part of a pattern nor of a table. */
const PLAIN = /^[^*?[\]{}()!+@|\\`<>\p{C}]+$/u;
const WHY = 'was here before Nocturne';

type Proposal = { readonly pattern: string; readonly tier: 'FREE' | 'CODE'; readonly why: string };

/**
 * One row for each folder at the top that neither the shipped files nor the draft have anything in,
 * then one for each other file that validation would report.
 * Sound files at the top stay as they are: agents of hosts read them.
 */
export function proposeFree(
  existing: ExistingFiles,
  shipped: readonly string[],
  draft: PlanDraft,
  options: { readonly folders: boolean } = { folders: true },
): void {
  const registry = draft.files.get(REGISTRY);
  if (typeof registry !== 'string') return;
  const folders = options.folders ? freeFolders(existing, { shipped, draft, registry }) : [];
  const withFolders = folders.reduce(withRow, registry);
  const { schema } = loadSchema(withFolders);
  const files = fileProposals(existing, schema, draft);
  if (folders.length + files.length === 0) return;
  draft.write(REGISTRY, files.reduce(withRow, withFolders));
  for (const { pattern, why } of [...folders, ...files])
    draft.note(pattern.replace(/\*\*$/, ''), 'left', why);
}

function freeFolders(
  existing: ExistingFiles,
  options: {
    readonly shipped: readonly string[];
    readonly draft: PlanDraft;
    readonly registry: string;
  },
): readonly Proposal[] {
  const { shipped, draft, registry } = options;
  const folderOf = (path: string): string => path.slice(0, path.indexOf('/') + 1);
  const ours = new Set([...shipped, ...draft.files.keys()].map(folderOf));
  const taken = (folder: string): boolean =>
    ours.has(folder) || (registry.includes(`\`${folder}`) && rowOf(registry, folder) === undefined);
  const folders = [...new Set(existing.paths.map(folderOf))]
    .filter((folder) => PLAIN.test(folder) && !taken(folder))
    .sort();
  return folders.map((folder) => ({
    pattern: `${folder}**`,
    tier: 'FREE',
    why: 'yours alone (FREE in R3 of REGISTRY.md): to let passes write there, change the row',
  }));
}

function fileProposals(
  existing: ExistingFiles,
  schema: Schema,
  draft: PlanDraft,
): readonly Proposal[] {
  const literal = new Set(schema.routes.map(({ pattern }) => pattern));
  const found = new Map<string, Proposal>();
  for (const path of existing.paths) {
    const { tier } = routeOf(schema, path);
    if (tier === 'FREE' || draft.files.has(path) || !PLAIN.test(path) || literal.has(path))
      continue;
    const covered = isCovered(schema, path);
    if (tier === 'CODE' && !covered && existing.link(path) === undefined) continue;
    const proposal = proposalFor(existing, { path, covered });
    if (proposal !== undefined) found.set(proposal.pattern, proposal);
  }
  return [...found.values()];
}

function proposalFor(
  existing: ExistingFiles,
  { path, covered }: { readonly path: string; readonly covered: boolean },
): Proposal | undefined {
  const target = existing.link(path);
  if (target !== undefined)
    return leadsOut(path, target)
      ? {
          pattern: path,
          tier: 'FREE',
          why: `it is a link to ${target}, outside this folder: Nocturne does not follow it`,
        }
      : undefined;
  if (contentKind(path) === 'binary') return undefined;
  if (isIncomingMessage(path))
    return {
      pattern: path,
      tier: 'FREE',
      why: 'it was here before the inbox of channels, so it is not a message (FREE in R3 of REGISTRY.md)',
    };
  const bytes = existing.bytes(path);
  const text = decode(bytes);
  if (bytes !== undefined && text === undefined)
    return contentKind(path) === 'unknown'
      ? undefined
      : {
          pattern: path,
          tier: 'FREE',
          why: 'it is not UTF-8 and does not say what it is, so every byte stays (FREE in R3 of REGISTRY.md): to use it, convert it and remove its row, or name its encoding with nocturne init --encoding',
        };
  if (text === undefined || covered) return undefined;
  // Passes work in projects, so what is unfinished there is reported.
  const found = path.startsWith('PROJECTS/') ? hasSecrets(text) : hasFindings(existing, path, text);
  return found
    ? {
        pattern: path,
        tier: 'CODE',
        why: 'validation would report it, so validation leaves it out and no pass writes it (CODE in R3 of REGISTRY.md): to change that, remove the row',
      }
    : undefined;
}

/** Whether it may hold records. */
export function isCovered(schema: Schema, path: string): boolean {
  return [...schema.objects.values()].some(({ glob }) => globMatches(glob, path));
}

/** The row of a folder that shipped pages are not in, such as `docs/**`. */
function rowOf(registry: string, folder: string): string | undefined {
  const start = `| \`${folder}**\` | STANDARD | - |`;
  return registry.split('\n').find((line) => line.startsWith(start));
}

function withRow(registry: string, { pattern, tier }: Proposal): string {
  const row = `| \`${pattern}\` | ${tier} | - | ${WHY} |`;
  const shipped = pattern.endsWith('/**') ? rowOf(registry, pattern.slice(0, -2)) : undefined;
  return shipped === undefined
    ? registry.replace(HEAD, (head) => `${head}${row}\n`)
    : registry.replace(shipped, () => row);
}
