/**
 * How an agent changes a file through a door: judged on what stands there, committed only while
 * that still stands there, under the fence of its pass.
 */
import { diskProbe } from '../../governance/guard/probe.js';
import { resolveTarget } from '../../governance/guard/path.js';
import type { Action } from '../../governance/types.js';
import { NocturneError } from '../../kernel/error.js';
import type { Snapshot } from '../../workspace/types.js';
import { judge } from '../door.js';
import {
  type PassCaller,
  requirePass,
  seenBy,
  throughDoor,
  type ToolAnswer,
  type ToolContext,
} from './tool-caller.js';
import { noTextFile } from './tool-read.js';

export type WriteArguments = { readonly path: string; readonly content: string };
export type EditArguments = {
  readonly path: string;
  readonly old_text: string;
  readonly new_text: string;
};

/**
 * By this reason in the change log T5 and the manager know what an agent wrote; through which door
 * stands in the audit row.
 */
const AGENT_WROTE = 'agent wrote';
const ATTEMPTS = 5;

/**
 * The whole file. @throws NocturneError `REFUSED` with every reason, `LEASE_LOST` when the pass is
 * not the running one any more.
 */
export function writeTool(context: ToolContext, { path, content }: WriteArguments): ToolAnswer {
  return change(context, { verb: 'write', given: path, contentOf: () => content });
}

/**
 * One exact text that occurs once. @throws as `writeTool`; `BAD_VALUE` where the old text does not
 * occur exactly once.
 */
export function editTool(
  context: ToolContext,
  { path, old_text, new_text }: EditArguments,
): ToolAnswer {
  return change(context, {
    verb: 'edit',
    given: path,
    contentOf: (snapshot, at) => {
      // Found in what the pass sees, put into the whole: what is hidden from it stays.
      editedOnce(seenBy(context), at, { old_text, new_text });
      return editedOnce(snapshot, at, { old_text, new_text });
    },
  });
}

export function editedOnce(
  snapshot: Snapshot,
  path: string,
  { old_text, new_text }: Omit<EditArguments, 'path'>,
): string {
  const content = snapshot.text(path);
  if (content === undefined) throw noTextFile(snapshot, path);
  const times = old_text === '' ? 0 : content.split(old_text).length - 1;
  if (times !== 1)
    throw new NocturneError(
      'BAD_VALUE',
      `the old text occurs ${times} times in ${path}; it must occur exactly once`,
      {
        file: path,
        hint:
          times === 0
            ? 'read the file and copy the text as it stands there'
            : 'give more of the lines around it',
      },
    );
  return content.replace(old_text, () => new_text);
}

type Wanted = {
  readonly verb: 'write' | 'edit';
  readonly given: string;
  readonly contentOf: (snapshot: Snapshot, path: string) => string;
};

function change(context: ToolContext, wanted: Wanted): ToolAnswer {
  const caller = requirePass(context, wanted.verb === 'edit' ? 'an edit' : 'a write');
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const answer = tryOnce(context, caller, wanted);
    if (answer !== undefined) return answer;
  }
  throw new NocturneError(
    'CONFLICT',
    `${wanted.given} was changed by somebody else under each of ${ATTEMPTS} attempts`,
    { hint: 'read it again, and try once more' },
  );
}

/** `undefined`: the file was changed between the judgement and the commit. */
function tryOnce(
  context: ToolContext,
  caller: PassCaller,
  { verb, given, contentOf }: Wanted,
): ToolAnswer | undefined {
  const { workspace } = context;
  const snapshot = workspace.snapshot();
  const path =
    resolveTarget(
      { root: snapshot.root, files: snapshot.files, probe: diskProbe, home: workspace.home },
      given,
    ).path ?? given;
  const before = snapshot.hash(path);
  const ask = (content: string | undefined): void => {
    const action: Action = {
      kind: before === undefined ? 'write' : 'edit',
      path: given,
      ...(content === undefined ? {} : { content }),
    };
    const { verdict, text } = judge(workspace, caller.data, {
      door: caller.door,
      actions: [action],
      snapshot,
    });
    if (verdict !== 'allow')
      throw new NocturneError('REFUSED', text, {
        hint: 'the reason is final for this pass: write inside its scope, or put the wish into its report',
      });
  };
  const content = proposed(
    () => contentOf(snapshot, path),
    () => ask(undefined),
  );
  ask(content);
  let moved = false;
  const common = {
    actor: { kind: 'pass' as const, name: caller.data.request.role },
    runId: caller.data.runId,
    reason: AGENT_WROTE,
  };
  workspace.commit(
    (fresh) => {
      moved = fresh.hash(path) !== before;
      if (moved) return { ...common, changes: [] };
      const audit = {
        step: 'T4',
        type: verb,
        target: path,
        authorisation: caller.data.runId,
        result: 'ok',
        detail: throughDoor(caller),
      };
      return { ...common, changes: [{ kind: 'write', path, content }], audit: [audit] };
    },
    { fence: caller.data.fence },
  );
  return moved ? undefined : written(path, content, before === undefined);
}

/**
 * Where the proposed text cannot be worked out, the place is judged all the same: what an edit says
 * of a file tells what is in it.
 */
function proposed(contentOf: () => string, judgePlace: () => void): string {
  try {
    return contentOf();
  } catch (error) {
    judgePlace();
    throw error;
  }
}

export function written(path: string, content: string, created: boolean): ToolAnswer {
  return {
    text: `Wrote ${path} (${content.length} characters${created ? ', new' : ''}).`,
    data: { path, characters: content.length, created },
  };
}
