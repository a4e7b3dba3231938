/** The machine: room on its disk, and on the lead its server. */
import { statfsSync } from '../../../kernel/files.js';
import type { Workspace } from '../../../workspace/types.js';
import { runningServer } from '../server/applied.js';
import { advisoryText, HOW_TO_GET } from '../server/advisories.js';
import { findServer } from '../server/find-server.js';
import { type Lead, serverDirectory } from '../server/lead-files.js';
import { isLoopbackHost } from '../server/loopback.js';
import { wantedConfig } from '../server/write-config.js';
import { failed, type Finding, good, warning } from './finding.js';

const LITTLE_BYTES = 200 * 1024 ** 2;
const SCARCE_BYTES = 2 * 1024 ** 3;

export function checkDisk(folder: string): Finding {
  const { bavail, bsize } = statfsSync(folder);
  const free = bavail * bsize;
  const text = `${(free / 1024 ** 3).toFixed(1)} GB are free at ${folder}`;
  const fix = `make room on this disk, or move ${folder} to a larger one and set NOCTURNE_HOME`;
  if (free < LITTLE_BYTES) return failed('disk', text, fix);
  return free < SCARCE_BYTES ? warning('disk', text, fix) : good('disk', text);
}

/** On the lead only. */
export function checkServer(
  { state, clock }: Workspace,
  lead: Lead,
  env: Readonly<Record<string, string | undefined>>,
): Finding {
  const found = findServer(env);
  if (found === undefined)
    return failed('server', 'nats-server is not installed here', `get it: ${HOW_TO_GET}`);
  const known = advisoryText(found.version);
  if (known !== '' && !isLoopbackHost(lead.listen))
    return failed(
      'server',
      `${found.path} is version ${found.version}, which Nocturne does not start where other machines can reach it: ${known}`,
      `get a newer one: ${HOW_TO_GET}`,
    );
  const running = runningServer(state);
  if (running === undefined)
    return failed('server', 'nocturne serve does not run here', 'run it: nocturne serve');
  if (running.hash !== wantedConfig(state, clock.now()).hash)
    return failed(
      'server',
      `the server has not taken ${serverDirectory(state)} yet`,
      'restart nocturne serve',
    );
  return running.version === found.version
    ? good('server', `nats-server ${found.version} runs, with the newest roster`)
    : warning(
        'server',
        `version ${running.version} runs, and ${found.version} is installed`,
        'restart nocturne serve',
      );
}
