/** Which timers systemd has started: a unit file alone starts nothing. */
import { z } from 'zod';
import type { FoundPlace } from '../../../hosts/found-job.js';
import { parsedJson } from '../../../kernel/parsed-json.js';
import { probeProgram } from './probe-program.js';

const LARGEST = 1024 * 1024;
const Listed = z.array(z.looseObject({ unit: z.string() }));

type Active =
  | { readonly kind: 'known'; readonly units: ReadonlySet<string> }
  | { readonly kind: 'unknown'; readonly why: string };

export async function activeTimers(
  env: Readonly<Record<string, string | undefined>>,
  scope: readonly string[],
): Promise<Active> {
  const args = [...scope, 'list-timers', '--all', '--output=json'];
  const probed = await probeProgram('systemctl', { args, env, largest: LARGEST });
  if (probed.kind === 'unusable') return { kind: 'unknown', why: probed.why };
  const said = probed.stderr.trim().split('\n')[0]?.slice(0, 200) ?? '';
  if (probed.exit !== 0)
    return { kind: 'unknown', why: `systemctl ended with ${probed.exit}: ${said}` };
  const listed = Listed.safeParse(parsedJson(probed.stdout));
  return listed.success
    ? { kind: 'known', units: new Set(listed.data.map(({ unit }) => unit)) }
    : { kind: 'unknown', why: 'systemctl list-timers does not print a list in JSON' };
}

/** Without an answer from systemd, all of them with a remark. */
export function onlyActive(place: FoundPlace, active: Active): FoundPlace {
  if (active.kind === 'unknown')
    return {
      ...place,
      remarks: [...place.remarks, `whether these timers are started is not known: ${active.why}`],
    };
  const stopped = place.jobs.filter(({ id }) => !active.units.has(id));
  return {
    ...place,
    jobs: place.jobs.filter(({ id }) => active.units.has(id)),
    remarks: [...place.remarks, ...stopped.map(({ id }) => `${id} is not started`)],
  };
}
