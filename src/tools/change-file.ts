/** How `write` and `edit` change the text of one file, for every caller. */
import { pathWorld, resolveTarget } from '../governance/guard/path.js';
import { defined } from '../kernel/defined.js';
import { NocturneError } from '../kernel/error.js';
import type { Snapshot } from '../workspace/types.js';
import { sha256 } from '../kernel/hash.js';
import { noteEdit, staleReason } from './seen-file.js';
import type { ToolAnswer } from './tool.js';
import type { Edit, ToolContext } from './tool-context.js';

/** @param seen what the caller sees of `whole`. */
export type FileContent = (seen: Snapshot, path: string, whole: Snapshot) => string;

export type FileChange = {
  readonly verb: 'write' | 'edit';
  readonly what: string;
  /** As the caller gave it. */
  readonly path: string;
  readonly contentOf: FileContent;
};

/** The reason in the change log that marks an agent's write; the audit row names the interface. */
const AGENT_WROTE = 'agent wrote';

const NOT_HERE =
  'the reason is final for this pass: write inside its scope, or put the wish into its report';

/**
 * @throws NocturneError `REFUSED` with every reason, `STALE`, `LEASE_LOST`, and what `contentOf`
 * throws
 * about a file that may be written.
 */
export function changeFile(context: ToolContext, change: FileChange): ToolAnswer {
  const { verb, what, path: named } = change;
  let answer = written('', '', false);
  let unknown: unknown;
  let done = (): void => undefined;
  try {
    context.change(what, (seen, whole) => {
      const path = pathOf(context, whole, named);
      let content: string;
      try {
        content = change.contentOf(seen, path, whole);
      } catch (error) {
        unknown = error;
        throw error;
      }
      answer = written(path, content, !whole.files.has(path));
      const base = seen.hash(path);
      done = () => noteWritten(context, { verb, path, base, content });
      const edit: Edit = {
        changes: [{ kind: 'write', path, content }],
        reason: context.pass === undefined ? `nocturne ${verb}` : AGENT_WROTE,
        audit: {
          type: verb,
          target: path,
          detail: context.pass === undefined ? `${content.length} characters` : context.through,
        },
        named: { path, as: named },
        ...defined({
          stale: verb === 'write' ? staleError(context, seen, { path, content }) : undefined,
        }),
      };
      return edit;
    });
  } catch (error) {
    if (error === unknown) requirePlace(context, named);
    if (!(error instanceof NocturneError) || error.code !== 'REFUSED' || context.pass === undefined)
      throw error;
    const { message, place, reasons } = error;
    throw new NocturneError('REFUSED', message, { ...place, reasons, hint: NOT_HERE });
  }
  done();
  return answer;
}

function staleError(
  { files }: ToolContext,
  seen: Snapshot,
  { path, content }: { readonly path: string; readonly content: string },
): NocturneError | undefined {
  if (files === undefined) return undefined;
  const why = staleReason(path, { base: seen.hash(path), content, seen: files.last(path) });
  return why === undefined
    ? undefined
    : new NocturneError('STALE', why, {
        file: path,
        hint: 'nothing was written; the tool edit replaces one passage and leaves the rest',
        reasons: [{ code: 'stale', message: why }],
      });
}

function noteWritten(
  { files }: ToolContext,
  written: {
    readonly verb: FileChange['verb'];
    readonly path: string;
    readonly base: string | undefined;
    readonly content: string;
  },
): void {
  const { verb, path, content } = written;
  if (files === undefined) return;
  if (verb === 'write') files.note(path, sha256(content));
  else noteEdit(files, path, written);
}

/** If it has no workspace path, the guard says why. */
function pathOf({ workspace }: ToolContext, whole: Snapshot, named: string): string {
  return resolveTarget(pathWorld(whole, workspace.home), named).path ?? named;
}

/** An error about a file reveals its content, so the path is judged first. */
function requirePlace(context: ToolContext, path: string): void {
  const { verdict, text, reasons } = context.judge({ actions: [{ kind: 'edit', path }] });
  if (verdict !== 'allow') throw new NocturneError('REFUSED', text, { hint: NOT_HERE, reasons });
}

export function written(path: string, content: string, created: boolean): ToolAnswer {
  return {
    text: `Wrote ${path} (${content.length} characters${created ? ', new' : ''}).`,
    data: { path, characters: content.length, created },
  };
}
