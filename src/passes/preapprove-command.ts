/**
 * A command that only the tool registry or the list of the phase forbids: a pre-approval of the
 * class command-extended allows it. Its use, or its refusal, is on record before the command runs.
 */
import { decide, type DecideOptions } from '../governance/guard/decide.js';
import { pathWorld, resolveTarget } from '../governance/guard/path.js';
import { authorise, type Permission } from '../project/preapproval.js';
import { useOfPreapproval } from '../governance/preapproval-use.js';
import type { Action, Decision, Reason } from '../governance/types.js';
import { NocturneError } from '../kernel/error.js';
import { bundleChanges } from '../workspace/bundle.js';
import type { Snapshot, Workspace } from '../workspace/types.js';
import { authorityOf, type PassOnDuty } from './authority.js';

const ACTION_CLASS = 'command-extended';

export type WantedCommand = {
  readonly action: Action;
  /** What the guard sees, and with which options. */
  readonly snapshot: Snapshot;
  readonly options: DecideOptions;
  /** For the log. */
  readonly name: string;
};

/** `undefined`: something else forbids it too, or the owner gave no pre-approval of the class. */
export function preapproveCommand(
  workspace: Workspace,
  data: PassOnDuty,
  wanted: WantedCommand,
): Decision | undefined {
  const { action, snapshot, options } = wanted;
  if (action.kind !== 'exec') return undefined;
  const decideWith = (beyondRegistry: string): Decision =>
    decide(snapshot, authorityOf(data), action, { ...options, beyondRegistry });
  if (decideWith('PA').verdict !== 'allow') return undefined;
  const permission = recordUse(workspace, data, { ...wanted, folder: folderOf(wanted) });
  if (permission === undefined) return undefined;
  if (permission.pa !== undefined) return decideWith(permission.pa);
  const plain = decide(snapshot, authorityOf(data), action, options);
  return { ...plain, reasons: [...plain.reasons, refusalOf(permission)] };
}

function refusalOf({ checks }: Permission): Reason {
  const why = checks
    .filter((check) => !check.ok)
    .map((check) => `${check.pa} ${check.check}: ${check.detail}`);
  return { code: 'tool-not-allowed', message: `no pre-approval allows it (${why.join('; ')})` };
}

/** The folder and everything below, since the program may write there. */
function folderOf({ action, snapshot, options }: WantedCommand): string {
  const start = action.cwd ?? options.cwd ?? '';
  const world = pathWorld(snapshot, options.home, options.probe);
  const folder =
    start === '' || start === '.'
      ? ''
      : (resolveTarget(world, start, { use: 'folder' }).path ?? '');
  return folder === '' ? '**' : `${folder}/**`;
}

/** Decided under the commit mutex, so that two commands cannot both use the last use. */
function recordUse(
  workspace: Workspace,
  data: PassOnDuty,
  { name, folder }: WantedCommand & { readonly folder: string },
): Permission | undefined {
  if (workspace.snapshot().records('PREAPPROVAL').length === 0) return undefined;
  let decided: Permission | undefined;
  try {
    workspace.commit(
      (snapshot) => {
        const { project, phase } = data;
        const targets = [folder];
        const permission = authorise(snapshot, {
          actionClass: ACTION_CLASS,
          targets,
          project,
          phase,
        });
        const use = useOfPreapproval(snapshot, {
          runId: data.runId,
          actionClass: ACTION_CLASS,
          target: name,
          permission,
        });
        decided = use === undefined ? undefined : permission;
        return {
          actor: { kind: 'pass', name: data.request.role },
          runId: data.runId,
          reason: 'a command beyond the tool registry',
          ...(use === undefined ? { changes: [] } : bundleChanges(snapshot, use.name, use.args)),
          audit:
            use === undefined
              ? []
              : [
                  {
                    step: 'T4',
                    type: use.name,
                    target: use.target,
                    authorisation: use.authorisation,
                    result: permission.allowed ? 'ok' : 'refused',
                    detail: use.detail,
                  },
                ],
        };
      },
      { fence: data.fence },
    );
  } catch (error) {
    if (!(error instanceof NocturneError) || error.code !== 'LEASE_LOST') throw error;
    return undefined;
  }
  return decided;
}
