/** Sends what is due on one channel, until it is killed. */
import { openWorkspace } from '../../../src/workspace/open-workspace.js';
import { deliver } from '../../../src/modules/channels/delivery/deliver.js';
import { ownerChannels } from '../../../src/modules/channels/owner-channel.js';

const [root = '', home = ''] = process.argv.slice(2);
const clock = { now: () => new Date('2026-11-21T08:00:00Z') };
const workspace = openWorkspace(root, { home, clock });
const context = {
  workspace,
  env: process.env,
  signal: new AbortController().signal,
  say: () => undefined,
};
async function deliverAll(): Promise<void> {
  for (const channel of ownerChannels(workspace.snapshot()))
    await deliver(context, channel, { mayBegin: false });
  workspace.close();
}
void deliverAll();
