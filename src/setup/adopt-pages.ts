/**
 * Adopts the pages that a host puts into an agent's prompt: keeps the owner's text and adds what
 * the registry needs.
 */
import type { Schema } from '../registry/types.js';
import { PAGE_LIMIT, TOTAL_LIMIT, USER_LIMIT } from '../validate/prompt-limits.js';
import { decode, type ExistingFiles } from './existing-files.js';
import { withPage, withSections } from './merge-page.js';
import { fieldOf, filledIn, hasSection, type OwnerDetails } from './owner-details.js';
import type { Reference } from './reference-files.js';
import type { PlanDraft } from './setup-plan.js';

export type Adoption = {
  readonly existing: ExistingFiles;
  readonly reference: Reference;
  readonly schema: Schema;
  readonly words: OwnerDetails;
};

/**
 * `aside`: where the owner's page goes if both texts together are longer than a host accepts. No
 * pass can write there, except in memory.
 */
type Page = {
  readonly path: string;
  readonly limit: number;
  readonly aside: string;
  merge(own: string, shipped: string): string;
};

const PAGE_RULES: readonly Page[] = [
  {
    path: 'AGENTS.md',
    limit: PAGE_LIMIT,
    aside: 'orchestration-os/ADOPTED-AGENTS.md',
    merge: (own, shipped) =>
      own.includes('AGENTS-CORE.md') ? own : withPage(own, shipped, 'Governed by Nocturne'),
  },
  {
    path: 'SOUL.md',
    limit: PAGE_LIMIT,
    aside: 'orchestration-os/ADOPTED-SOUL.md',
    merge: (own, shipped) =>
      withSections(own, shipped, { titles: ['Domain', 'Lines that are not crossed'] }),
  },
  {
    path: 'IDENTITY.md',
    limit: PAGE_LIMIT,
    aside: 'orchestration-os/ADOPTED-IDENTITY.md',
    merge: (own) => own,
  },
  {
    path: 'USER.md',
    limit: USER_LIMIT,
    aside: 'orchestration-os/ADOPTED-USER.md',
    merge: (own, shipped) => withSections(own, shipped, { titles: ['Owner'], short: true }),
  },
  { path: 'MEMORY.md', limit: PAGE_LIMIT, aside: 'memory/ADOPTED-MEMORY.md', merge: (own) => own },
];

/** The first row of R4 follows. */
const EDGES_HEAD = /^\| Source \| Edge \| Target \| Note \|\n\|[-|]+\|\n/m;

export const PAGES: readonly string[] = PAGE_RULES.map(({ path }) => path);

type AdoptedPage = { readonly page: Page; readonly own: string; readonly text: string };

/** @param only the pages to adopt; the caller handles the others. */
export function adoptPages(
  adoption: Adoption,
  draft: PlanDraft,
  only: readonly string[] = PAGES,
): ReadonlySet<string> {
  const adopted: AdoptedPage[] = [];
  for (const page of PAGE_RULES) {
    if (!only.includes(page.path) || !adoption.existing.has(page.path)) continue;
    const own = adoption.existing.text(page.path);
    if (own !== undefined) adopted.push({ page, own, text: merged(adoption, page, own) });
  }
  const tooMuch = oversized(adopted);
  for (const entry of adopted) {
    if (tooMuch.has(entry.page.path) || !isSound(adoption, entry)) setAside(adoption, entry, draft);
    else if (
      entry.text !== decode(adoption.existing.bytes(entry.page.path)) ||
      adoption.existing.link(entry.page.path) !== undefined
    )
      rewrite(adoption, entry, draft);
  }
  return new Set(adopted.map(({ page }) => page.path));
}

function merged({ reference, schema, words }: Adoption, page: Page, own: string): string {
  const text = page.merge(own, reference.text(page.path));
  try {
    return filledIn(page.path, text, { schema, words });
  } catch {
    // The section is duplicated or cannot be edited; `isSound` finds that.
    return text;
  }
}

/** Whether the registry finds its sections. */
function isSound({ schema }: Adoption, { page, text }: AdoptedPage): boolean {
  const [domain, owner] = [schema.objects.get('DOMAIN'), schema.objects.get('OWNER')];
  if (page.path === 'SOUL.md') return hasSection(text, domain, page.path);
  return (
    page.path !== 'USER.md' || fieldOf(text, owner, { file: page.path, field: 'time_zone' }) !== ''
  );
}

/** Pages that are too long, then the largest ones until the rest fit together. */
function oversized(adopted: readonly AdoptedPage[]): ReadonlySet<string> {
  const over = new Set(
    adopted.filter(({ page, text }) => text.length > page.limit).map(({ page }) => page.path),
  );
  const rest = adopted
    .filter(({ page }) => !over.has(page.path))
    .sort((a, b) => b.text.length - a.text.length);
  let total = rest.reduce((sum, { text }) => sum + text.length, 0);
  for (const { page, text } of rest) {
    if (total <= TOTAL_LIMIT * 0.9) break;
    over.add(page.path);
    total -= text.length;
  }
  return over;
}

function rewrite({ existing }: Adoption, { page, text, own }: AdoptedPage, draft: PlanDraft): void {
  const link = existing.link(page.path);
  draft.keep(page.path, existing.bytes(page.path) ?? Buffer.from(own));
  draft.write(page.path, text);
  const added =
    text === own ? 'unchanged' : 'your text stays; Nocturne added the sections that it needs';
  draft.note(
    page.path,
    'merged',
    link === undefined ? added : `${added}; it was a link to ${link} and is now a file`,
  );
}

/** Puts the shipped page in its place, with a link to the owner's. */
function setAside(adoption: Adoption, { page, own }: AdoptedPage, draft: PlanDraft): void {
  const { reference, schema, words } = adoption;
  draft.keep(page.path, adoption.existing.bytes(page.path) ?? Buffer.from(own));
  draft.write(page.aside, own);
  const shipped = filledIn(page.path, reference.text(page.path), { schema, words });
  draft.write(
    page.path,
    `${shipped.trimEnd()}\n\n## What was here before\n\nRead [${page.aside}](${page.aside}): it was ${page.path} until this workspace was adopted.\n`,
  );
  draft.note(
    page.path,
    'moved',
    `your text is now in ${page.aside}, and this page links to it: together they are too long for a host's prompt, or cannot be parsed`,
  );
}

/** Rows for R4: the shipped pages link to those that were set aside. */
export function declareAside(draft: PlanDraft): void {
  const registry = draft.files.get('REGISTRY.md');
  const rows = PAGE_RULES.filter(({ aside }) => draft.files.has(aside)).map(
    ({ path, aside }) => `| \`${path}\` | REFERENCES | \`${aside}\` | what was here before |\n`,
  );
  if (typeof registry !== 'string' || rows.length === 0) return;
  draft.write(
    'REGISTRY.md',
    registry.replace(EDGES_HEAD, (head) => `${head}${rows.join('')}`),
  );
}
