/** Which commands a caller may run: the owner all, a pass those that its capability allows. */
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
import type { Catalogue, Entry } from './catalogue.js';
import type { Context } from './types.js';

/**
 * What the command may read; `undefined`: everything.
 * @throws NocturneError `REFUSED` if the pass may not call it, or the token is not that of the
 * running pass.
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
          ? 'to ask the owner, put the question under escalation in the report of the pass'
          : 'nocturne --help lists the commands that this pass may call',
    },
  );
}

/** The commands that the caller may run. */
export function callable(context: Context, catalogue: Catalogue): Catalogue {
  if (insidePass(context.env) === undefined) return catalogue;
  const capability = capabilityOf(context);
  return Object.fromEntries(
    Object.entries(catalogue).filter(([name, entry]) =>
      capabilityAllows(capability, name, entry.need ?? needOf(name)),
    ),
  );
}

/** For help, which always has to answer: an unknown pass gets the smallest capability. */
function capabilityOf(context: Context): Capability {
  try {
    return passInside(context, 'project')?.capability ?? 'disabled';
  } catch (error) {
    if (error instanceof NocturneError) return 'disabled';
    throw error;
  }
}

/**
 * The pass of the token. A process without a token that runs inside an agent counts as the running
 * pass, and may only read. If several passes run, its mark says which one.
 */
function passInside(context: Context, need: Need): Briefed | undefined {
  const token = context.env[PASS_TOKEN];
  try {
    if (token !== undefined) return passOf(context, token);
    const passes = passesAtWork(context.workspace().state);
    const marked = passes.find(({ runId }) => runId === context.env[PASS_RUN]);
    return passes.length === 1 ? passes[0] : marked;
  } catch (error) {
    // It is not the owner, which is enough to refuse.
    if (need === 'owner' && error instanceof NocturneError) return undefined;
    throw error;
  }
}
