/**
 * Whether the caller may call a command: the owner may, a pass what the capability of its runner
 * allows. The dispatch asks here once, before any command runs.
 */
import { insidePass, PASS_RUN, PASS_TOKEN } from '../../agents/inside-pass.js';
import {
  capabilityAllows,
  capabilityReasons,
  type Need,
  needOf,
} from '../../governance/capability.js';
import type { ReadScope } from '../../governance/scoped-snapshot.js';
import type { Capability } from '../../governance/types.js';
import { NocturneError } from '../../kernel/error.js';
import { recordRefusal } from '../../passes/door.js';
import { passesAtWork } from '../../passes/pass-file.js';
import { readScope } from '../../passes/read-scope.js';
import type { Briefed } from '../../passes/types.js';
import { passOf } from './actor.js';
import type { Catalogue, Entry } from './catalogue-entry.js';
import type { Context } from './types.js';

/**
 * What the command may read; `undefined`: everything.
 * @throws NocturneError `REFUSED` where a pass may not call it, and for a token that is not that of
 * the running pass.
 */
export function admit(
  context: Context,
  name: string,
  entry: Pick<Entry, 'need'>,
): ReadScope | undefined {
  const need = entry.need ?? needOf(name);
  const inside = need === 'open' ? undefined : insidePass(context.env);
  if (inside === undefined) return undefined;
  const data = passInside(context, need);
  const capability = data?.capability ?? 'disabled';
  const reasons = capabilityReasons(capability, name, need);
  if (reasons.length === 0 && data !== undefined) return readScope(data);
  const why = reasons.map((reason) => `${reason.code}: ${reason.message}`).join('; ');
  if (data !== undefined && context.env[PASS_TOKEN] !== undefined)
    recordRefusal(context.workspace(), data, {
      door: 'command line',
      what: `nocturne ${name}`,
      why,
    });
  throw new NocturneError(
    'REFUSED',
    `${why} (${inside}${data === undefined && need !== 'owner' ? ', and no such pass is running in this workspace' : ''})`,
    {
      hint:
        need === 'owner'
          ? 'ask the owner: put the question into the report of the pass, under escalation'
          : 'nocturne --help lists what this pass may call',
    },
  );
}

/** The commands of which the caller may make use. */
export function callable(context: Context, catalogue: Catalogue): Catalogue {
  if (insidePass(context.env) === undefined) return catalogue;
  const capability = capabilityOf(context);
  return Object.fromEntries(
    Object.entries(catalogue).filter(([name, entry]) =>
      capabilityAllows(capability, name, entry.need ?? needOf(name)),
    ),
  );
}

/**
 * For help, which has to be given in every case: a pass that cannot be found out may do the least.
 */
function capabilityOf(context: Context): Capability {
  try {
    return passInside(context, 'project')?.capability ?? 'disabled';
  } catch (error) {
    if (error instanceof NocturneError) return 'disabled';
    throw error;
  }
}

/**
 * The pass of the token. Without a token, a process with the marks of a pass counts as the agent of
 * the pass that runs here, and can only read; if several run, of the one that its mark names.
 */
function passInside(context: Context, need: Need): Briefed | undefined {
  const token = context.env[PASS_TOKEN];
  try {
    if (token !== undefined) return passOf(context, token);
    const passes = passesAtWork(context.workspace().state);
    const marked = passes.find(({ runId }) => runId === context.env[PASS_RUN]);
    return passes.length === 1 ? passes[0] : marked;
  } catch (error) {
    // Whoever it is, it is not the owner, and that is all there is to know.
    if (need === 'owner' && error instanceof NocturneError) return undefined;
    throw error;
  }
}
