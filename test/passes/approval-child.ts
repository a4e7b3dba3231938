/**
 * Takes in one yes: what the kill test kills. Arguments: workspace, home, approval, notification.
 */
import { takeApproval } from '../../src/passes/approvals/take-approval.js';
import { openWorkspace } from '../../src/workspace/open-workspace.js';

const [root = '', home = '', id = '', question = ''] = process.argv.slice(2);
const workspace = openWorkspace(root, {
  home,
  clock: { now: () => new Date('2026-11-25T02:30:00Z') },
});
process.stdout.write('ready\n');
takeApproval(
  { workspace, actor: { kind: 'owner', name: 'owner' } },
  { id, isApproved: true, question },
);
