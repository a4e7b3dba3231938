/**
 * The table of attacks and the ordinary actions, through the tool calls of each host, in a pass
 * that runs.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { Action } from '../../src/governance/types.js';
import { installedHosts } from '../../src/hosts/installed.js';
import { judgeCall } from '../../src/passes/host/host-session.js';
import { fieldText } from '../../src/project/field-text.js';
import type { PassAuthority } from '../support/guard-workspace.js';
import { attacksIn, CREDENTIAL } from '../support/attacks.js';
import { hostCalls } from '../support/host-calls.js';
import { type LivePass, livePass } from '../support/live-pass.js';
import { ordinaryActionsIn } from '../support/ordinary-actions.js';

t.setTimeout(300_000);

/** A patch reads through the link and writes a plain file, both inside the scope. */
const HARMLESS_AS_A_PATCH = new Set(['renaming a link, whose meaning would move']);

/** A pass for each set of rights, made when it is first needed. */
function passes(
  directory: (name: string) => string,
): (authority: PassAuthority | undefined) => LivePass {
  const made = new Map<string, LivePass>();
  return (authority) => {
    const key = JSON.stringify(authority ?? null);
    const pass =
      made.get(key) ??
      livePass(directory(`pass-${made.size}`), authority === undefined ? {} : { authority });
    made.set(key, pass);
    return pass;
  };
}

const hosts = (await installedHosts()).filter(({ tools }) => tools !== undefined);

for (const { name: host } of hosts) {
  t.test(
    `${host}: every attack that its tools can express is refused, and is on record`,
    async (t) => {
      const folders = t.testdir({ 'pass-0': {}, 'pass-1': {}, 'pass-2': {} });
      const passFor = passes((name) => `${folders}/${name}`);
      const { root } = passFor(undefined);
      let calls = 0;
      const expressed = new Set<string>();
      for (const [sentence, action, code, about] of Object.values(attacksIn(root)).flat()) {
        const reader = about?.authority?.kind === 'reader';
        const pass = passFor(about?.authority?.kind === 'pass' ? about.authority : undefined);
        for (const call of hostCalls(host, action, {
          root: pass.root,
          ...(about?.cwd === undefined ? {} : { cwd: about.cwd }),
        })) {
          const snapshot = pass.workspace.snapshot();
          const { verdict, reasons, text } = judgeCall(
            { workspace: pass.workspace, snapshot, hosts },
            reader ? { governed: true } : { token: pass.data.token },
            call,
          );
          if (call.tool === 'apply_patch' && HARMLESS_AS_A_PATCH.has(sentence)) continue;
          t.not(verdict, 'allow', `${sentence} (${call.tool})`);
          if (!faithful(call.tool, action)) continue;
          t.ok(
            reasons.some((reason) => reason.code === code),
            `${sentence} (${call.tool}) is ${code}: ${text}`,
          );
          t.notMatch(text, CREDENTIAL);
          calls += 1;
          expressed.add(sentence);
        }
      }
      t.ok(expressed.size >= 120, `${expressed.size} attacks in ${calls} calls`);
      const { workspace, data } = passFor(undefined);
      const refusals = workspace
        .snapshot()
        .records('AUDIT')
        .filter(
          (row) =>
            fieldText(row, 'type') === 'refusal' &&
            fieldText(row, 'run_id') === data.runId &&
            fieldText(row, 'authorisation') === host,
        );
      t.ok(refusals.length >= 120, `${refusals.length} refusals on record`);
      t.notMatch(
        readFileSync(join(workspace.root, 'audit/AUDIT-LOG.md'), 'utf8'),
        CREDENTIAL,
        'and none of them repeats a credential',
      );
    },
  );

  t.test(`${host}: no ordinary action is refused`, async (t) => {
    const folders = t.testdir({ 'pass-0': {}, 'pass-1': {} });
    const passFor = passes((name) => `${folders}/${name}`);
    const expressed = new Set<string>();
    for (const [sentence, action, about] of Object.values(
      ordinaryActionsIn(passFor(undefined).root),
    ).flat()) {
      if (about?.authority?.kind === 'reader') continue;
      const pass = passFor(about?.authority?.kind === 'pass' ? about.authority : undefined);
      for (const call of hostCalls(host, action, {
        root: pass.root,
        ...(about?.cwd === undefined ? {} : { cwd: about.cwd }),
      })) {
        if (!faithful(call.tool, action)) continue;
        readFirst(pass, host, action);
        const { verdict, text } = judgeCall(
          { workspace: pass.workspace, hosts },
          { token: pass.data.token },
          call,
        );
        t.equal(verdict, 'allow', `${sentence} (${call.tool}): ${text}`);
        expressed.add(sentence);
      }
    }
    t.ok(expressed.size >= 40, `${expressed.size} ordinary actions`);
  });
}

/** An agent replaces a whole file only after it has read it. */
function readFirst({ root, workspace, data }: LivePass, host: string, { path }: Action): void {
  if (path === undefined) return;
  for (const call of hostCalls(host, { kind: 'read', path }, { root }))
    judgeCall({ workspace, hosts }, { token: data.token }, call);
}

/**
 * A write tool that has to stand in for an append is refused as well, but as a write; a call
 * without its path is one that cannot be read.
 */
function faithful(tool: string, action: Action): boolean {
  return (
    action.kind !== 'append' &&
    action.kind !== 'send' &&
    !(tool === 'apply_patch' && action.kind === 'rename') &&
    (action.kind === 'exec' || action.path !== undefined)
  );
}
