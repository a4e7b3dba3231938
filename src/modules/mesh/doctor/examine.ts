/** All checks of `mesh doctor`, in the order in which they depend on each other. */
import { defined } from '../../../kernel/defined.js';
import type { Workspace } from '../../../workspace/types.js';
import { pinnedAuthority, readLead } from '../server/lead-files.js';
import { checkKeys, checkPage, type OwnFiles } from './check-files.js';
import { checkLogin } from './check-login.js';
import { checkDisk, checkServer } from './check-machine.js';
import { checkWay } from './check-way.js';
import { type Finding, skipped } from './finding.js';

export async function examineMesh(
  workspace: Workspace,
  own: OwnFiles,
  env: Readonly<Record<string, string | undefined>>,
): Promise<readonly Finding[]> {
  const { settings, identity, roster } = own;
  const { state, clock } = workspace;
  const lead = readLead(state);
  const files = [checkPage(workspace, own), checkKeys(workspace, own)];
  const machine = [
    ...(lead === undefined ? [] : [checkServer(workspace, lead, env)]),
    checkDisk(state),
  ];
  const authority = pinnedAuthority(state);
  const way = await checkWay({
    url: settings.url,
    lead: roster?.lead ?? 'the lead',
    isLead: lead !== undefined,
    authority,
    now: clock.now(),
  });
  const isBroken = [...files, ...way].some(
    ({ check, state: found }) => found === 'failed' && check !== 'page' && check !== 'version',
  );
  if (isBroken || identity === undefined || roster === undefined)
    return [...files, ...way, skipped('login', 'not before that works'), ...machine];
  const address = settings.url.startsWith('tls:')
    ? defined({ url: settings.url, ca: authority })
    : { url: settings.url };
  return [
    ...files,
    ...way,
    ...(await checkLogin({ workspace, identity, roster, address })),
    ...machine,
  ];
}
