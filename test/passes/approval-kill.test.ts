import { spawn } from 'node:child_process';
import { once } from 'node:events';
import t from 'tap';
import { approvalAsked, approvalsOf } from '../../src/governance/approvals/approval.js';
import { verifyGate } from '../../src/integrity/gate.js';
import { judge } from '../../src/passes/door.js';
import { takeApproval } from '../../src/passes/approvals/take-approval.js';
import { fieldText } from '../../src/project/field-text.js';
import { recover } from '../../src/workspace/recover.js';
import { passIn, twoProjects } from '../support/two-projects.js';
import { read } from './pass-workspace.js';
import { childProgram } from '../support/child-program.js';

/** `NOCTURNE_KILLS=200 node dist/test/passes/approval-kill.test.js` for the long run. */
const KILLS = Number(process.env['NOCTURNE_KILLS'] ?? 12);
t.setTimeout(60_000 + KILLS * 20_000);

t.test(
  'killed at any instant, what was approved is done once or not yet, and never twice',
  async (t) => {
    const place = twoProjects(t.testdir());
    const data = await passIn(place);
    const child = childProgram('./approval-child.js', import.meta.url);
    let [before, inTime, whole] = [0, 0, 0];
    // The first one is not killed: it tells how long taking in takes here.
    for (let i = 0; i <= KILLS; i++) {
      const line = `line ${i}.\n`;
      // A pass asks five times at most; which pass asks is of no matter here.
      judge(
        place.workspace,
        { ...data, runId: `RUN-20261125-${String(100 + i)}` },
        { door: 'mcp', actions: [{ kind: 'append', path: 'docs/notes.md', content: line }] },
      );
      const id = [...approvalsOf(place.workspace.snapshot()).keys()].at(-1) ?? '';
      const question =
        place.workspace
          .snapshot()
          .records('NOTIFICATION')
          .find((one) => approvalAsked(one) === id)?.key ?? '';
      const running = spawn(process.execPath, [child, place.root, place.home, id, question], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      await once(running.stdout, 'data');
      const began = Date.now();
      const exit = once(running, 'exit');
      // The instant is the point of the test: anywhere while the answer is taken in.
      const instant = Math.random() * whole * 1.3;
      if (i > 0) {
        await new Promise((resolve) => setTimeout(resolve, instant));
        running.kill('SIGKILL');
      }
      await exit;
      if (i === 0) whole = Date.now() - began;
      recover(place.root, place.workspace.state);
      const [did, used] = [
        read(place, 'docs/notes.md').includes(line),
        approvalsOf(place.workspace.snapshot()).get(id)?.status === 'used',
      ];
      t.equal(
        did,
        used,
        `kill ${i} after ${Math.round(instant)} ms: the change and the row that it was used stand or fall together`,
      );
      if (did) inTime++;
      else before++;
      if (i === 0) t.ok(did, 'undisturbed it is done');
      for (let again = 0; again < 2; again++)
        takeApproval(
          {
            workspace: place.workspace,
            actor: { kind: 'owner', name: 'owner' },
          },
          { id, isApproved: true, question },
        );
      t.equal(read(place, 'docs/notes.md').split(line).length - 1, 1, `kill ${i}: once`);
      t.equal(
        place.workspace
          .snapshot()
          .records('APPROVAL')
          .filter((row) => fieldText(row, 'id') === id && fieldText(row, 'event') === 'used')
          .length,
        1,
      );
    }
    t.ok(verifyGate(place.root, place.home).ok, 'logs and signature hold');
    t.comment(`${before} killed before the commit, ${inTime} after it`);
  },
);
