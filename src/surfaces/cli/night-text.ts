/** The passes of a night as a table: what `nocturne log` prints without a run. */
import { localTime } from '../../project/local-time.js';
import type { Night, NightPass, NotBegun } from '../../passes/night-passes.js';
import { textTable } from '../../report/text-table.js';

const KINDS: Readonly<Record<NotBegun['kind'], string>> = {
  refused: 'refused by the gate',
  over: 'incident over',
  missed: 'missed',
  skipped: 'skipped',
  deferred: 'deferred',
};

export function nightText(night: Night, zone: string, width: number): string {
  const { passes, notBegun } = night;
  if (passes.length + notBegun.length === 0) return `No pass ran in the night of ${night.night}.`;
  const table = textTable({
    head: ['began', 'ended', 'run', 'project', 'outcome'],
    width,
    rows: passes.map((pass) => [
      localTime(pass.started, zone),
      pass.ended === '' ? '' : localTime(pass.ended, zone).slice(11),
      pass.id,
      pass.project || pass.role,
      pass.state === 'ended' ? pass.outcome : stateText(pass, zone),
    ]),
  });
  const others = notBegun.map(
    ({ kind, time, what, why }) => `${localTime(time, zone)} ${what}, ${KINDS[kind]}: ${why}`,
  );
  return [`The night of ${night.night}`, ...(passes.length === 0 ? [] : [table]), ...others].join(
    '\n',
  );
}

function stateText({ state, heartbeat }: NightPass, zone: string): string {
  return state === 'live'
    ? `is running, last heartbeat at ${localTime(heartbeat, zone).slice(11)}`
    : `its claim is stale (${state})`;
}
