/** Pages with records of passes: without one of them, no pass knows what to do or could end. */
import { defined } from '../kernel/defined.js';
import { isLiteral } from '../kernel/glob.js';
import { findSections, findTable } from '../markdown/find-records.js';
import type { Doc } from '../markdown/types.js';
import { routeOf } from '../registry/route.js';
import type { ObjectSpec } from '../registry/types.js';
import type { Snapshot } from '../workspace/types.js';

/** `command`: what puts the page right, or shows how. */
export type StoppingPage = {
  readonly file: string;
  readonly message: string;
  readonly hint?: string;
  readonly command: string;
};

/** Why no pass runs now. The gate sees to protected pages and logs. */
export function stoppingPages(snapshot: Snapshot): readonly StoppingPage[] {
  const { schema, files } = snapshot;
  const found = [...schema.objects.values()]
    .filter(({ glob }) => isLiteral(glob) && routeOf(schema, glob).tier === 'STANDARD')
    .flatMap((object) =>
      files.has(object.glob) ? unreadable(snapshot, object) : [missing(object.glob)],
    );
  // A page may hold several objects.
  return [...new Map(found.map((page) => [page.file, page])).values()];
}

function missing(file: string): StoppingPage {
  return {
    file,
    message: `${file} is missing, and no pass could end without it`,
    hint: 'run nocturne upgrade: it restores every page that Nocturne ships and passes need',
    command: 'nocturne upgrade',
  };
}

/** Of the dispatch table, a row that is not read is a project that silently never has a pass. */
function unreadable(
  snapshot: Snapshot,
  { object, glob, locator }: ObjectSpec,
): readonly StoppingPage[] {
  const [problem] = snapshot.recordDiagnostics(glob).filter(({ severity }) => severity === 'error');
  const doc = snapshot.doc(glob);
  const isWhole = object !== 'DISPATCH' && doc !== undefined && isFound(doc, locator);
  if (isWhole || (problem === undefined && doc !== undefined)) return [];
  const { line } = problem?.range ?? { line: 1 };
  return [
    defined({
      file: glob,
      message: `${glob} cannot be read at line ${line}, so no pass runs: ${problem?.message ?? 'it is not UTF-8 text'}`,
      hint: problem?.hint,
      command: 'nocturne validate',
    }),
  ];
}

function isFound(doc: Doc, locator: ObjectSpec['locator']): boolean {
  if (locator.kind === 'table') return findTable(doc, locator).kind === 'found';
  return locator.kind !== 'section' || findSections(doc, locator).kind === 'found';
}
