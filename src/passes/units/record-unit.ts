/** T6 of a unit: its module hears of the verdict, in the commit that records the pass. */
import type { Unit, UnitVerdict } from '../../governance/unit.js';
import { NocturneError } from '../../kernel/error.js';
import type { Snapshot } from '../../workspace/types.js';
import { type Act, bundleAct, type Deed, deedOf, noteAct } from '../act.js';
import { moduleRecords, unitSettled } from '../modules/module-hooks.js';
import { askForMore } from '../parking/ask-for-more.js';
import { limitReached } from '../parking/is-parked.js';
import type { Done, Graded, Moved, PassEnvironment, StepContext } from '../types.js';
import { askForAgent } from '../worker/ask-for-agent.js';

const UNIT_RECORD = 'unit_record';

/** The phase of its project goes on whatever a unit proves. */
export function recordUnit(
  { env, snapshot }: StepContext,
  stage: Graded,
  slug: string,
): Moved<Done> {
  const { unit, verdict } = stage;
  if (unit === undefined || verdict === undefined)
    throw new NocturneError('INTERNAL', 'a unit has no verdict');
  const asks = snapshot.record('DISPATCH', slug) !== undefined && verdict.outcome === 'parked';
  return {
    stage,
    acts: [
      (view) => unitDeed(env, { stage, unit, verdict, view }),
      ...(asks ? askAboutUnit(stage, slug, snapshot) : []),
    ],
  };
}

function askAboutUnit(stage: Graded, slug: string, snapshot: Snapshot): readonly Act[] {
  const limit = limitReached(stage.outcome);
  return limit === undefined
    ? askForAgent(stage, slug, snapshot)
    : askForMore(snapshot, slug, limit);
}

type Settling = {
  readonly stage: Graded;
  readonly unit: Unit;
  readonly verdict: UnitVerdict;
  readonly view: Snapshot;
};

function unitDeed(env: PassEnvironment, { stage, unit, verdict, view }: Settling): Deed {
  const { outcome, why } = verdict;
  const recorded = unitRecord(view, unit, `${outcome}: ${why}`);
  const settled = unitSettled(env, { unit, verdict }, view);
  const more = [...moduleRecords(env, stage, view), ...(settled === undefined ? [] : [settled])];
  return {
    ...recorded,
    changes: [...recorded.changes, ...more.flatMap(({ changes }) => changes)],
    audit: [...(recorded.audit ?? []), ...more.flatMap(({ audit = [] }) => audit)],
    notices: [...(recorded.notices ?? []), ...more.flatMap(({ notices = [] }) => notices)],
  };
}

/** The project has had its turn. A workspace that is not upgraded yet does not know the bundle. */
function unitRecord(view: Snapshot, { project, id }: Unit, detail: string): Deed {
  const isKnown =
    view.schema.bundles.has(UNIT_RECORD) && view.record('DISPATCH', project) !== undefined;
  if (!isKnown) return deedOf(view, noteAct('T6', { type: UNIT_RECORD, target: id, detail }));
  const args = { slug: project };
  return deedOf(view, bundleAct('T6', { name: UNIT_RECORD, args, target: id, detail }));
}
