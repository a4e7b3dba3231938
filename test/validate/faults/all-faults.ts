/** Every injected fault, and whether validation finds it at its line. */
import type { Diagnostic } from '../../../src/kernel/diagnostic.js';
import { wholeCatalogue } from '../../../src/surfaces/cli/added-commands.js';
import { CATALOGUE } from '../../../src/surfaces/cli/catalogue.js';
import { checkCommand } from '../../../src/surfaces/cli/check-command.js';
import type { FileFacts } from '../../../src/validate/fact-types.js';
import { type ValidateOptions, validateSnapshot } from '../../../src/validate/validate-snapshot.js';
import { INSTALLED_MODULES } from '../../support/make-workspace.js';
import { type Files, snapshotOf } from '../base-workspace.js';
import { beforeTheNight } from './before-the-night.js';
import { type Fault, inject } from './fault.js';
import { fullFiles } from './full-workspace.js';
import { ANY_PAGES, IN_ANY_PAGE } from './in-any-page.js';
import { DOCUMENT_PAGES, IN_DOCUMENTS } from './in-documents.js';
import { inOwnerPages } from './in-owner-pages.js';
import { IN_REGISTRY } from './in-registry.js';
import { inRegistryRows } from './in-registry-rows.js';
import { IN_SECTIONS, SECTION_PAGES } from './in-sections.js';
import { IN_TABLES, TABLE_PAGES } from './in-tables.js';

export function allFaults(): readonly Fault[] {
  return [
    ...inject(IN_TABLES, Object.keys(TABLE_PAGES)),
    ...inject(IN_SECTIONS, Object.keys(SECTION_PAGES)),
    ...inject(IN_DOCUMENTS, DOCUMENT_PAGES),
    ...inject(IN_ANY_PAGE, ANY_PAGES),
    ...inject(IN_REGISTRY, ['REGISTRY.md']),
    ...beforeTheNight(),
    ...inOwnerPages(),
    ...inRegistryRows(),
  ];
}

/** Rule and line of the fault if it is found there; otherwise what is found in its page. */
export async function foundFault(fault: Fault): Promise<string> {
  // The registry's own queries are run by all rules together.
  const only = fault.rule === 'registry-syntax' ? {} : { only: [fault.rule] };
  const found = (await findingsIn(fault.files, only)).filter(
    ({ range }) => range.file === fault.page,
  );
  const lines = found.map(({ rule, range }) => `${rule} ${range.line}`);
  const wanted = `${fault.rule} ${fault.line}`;
  return lines.includes(wanted) ? wanted : lines.join(', ');
}

/** Rules about the owner's signature: nobody has signed these workspaces. */
const UNSIGNED = new Set([
  'protected-set',
  'manifest-hash',
  'manifest-signature',
  'log-chain',
  'program-changed',
]);
const kept = new Map<string, FileFacts>();

/** Errors and warnings. The facts of pages that are as in the full workspace are kept. */
export async function findingsIn(
  files: Files,
  options: Pick<ValidateOptions, 'only'> = {},
): Promise<readonly Diagnostic[]> {
  const full = fullFiles();
  const isFull = (path: string): boolean =>
    files.get(path) === full.get(path) && files.get('REGISTRY.md') === full.get('REGISTRY.md');
  const found = await validateSnapshot(snapshotOf(files), {
    ...options,
    modules: INSTALLED_MODULES,
    commands: checkCommand(CATALOGUE, wholeCatalogue),
    cache: {
      get: (path) => (isFull(path) ? kept.get(path) : undefined),
      put: (path, facts) => {
        if (isFull(path)) kept.set(path, facts);
      },
    },
  });
  return found.filter(({ rule, severity }) => !UNSIGNED.has(rule) && severity !== 'info');
}
