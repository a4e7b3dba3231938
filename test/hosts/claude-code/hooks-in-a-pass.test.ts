/**
 * A pass whose agent is a Claude Code: its own tool calls go through the hooks that the runner
 * hands over with --settings.
 */
import { chmodSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { worker } from '../../../src/passes/worker/worker.js';
import { host } from '../../../src/hosts/claude-code/host.js';
import { environment, placeWithProject, read, trail } from '../../passes/pass-workspace.js';

t.setTimeout(120_000);

/**
 * Calls two tools as Claude Code does: the hook first, by a shell, with the event on stdin; then
 * the tool, unless the hook said no.
 */
const CLAUDE = `#!${process.execPath}
(async () => {
const { spawnSync } = await import('node:child_process');
const { mkdirSync, writeFileSync } = await import('node:fs');
const { resolve, dirname } = await import('node:path');
const words = process.argv.slice(2);
const settings = JSON.parse(words[words.indexOf('--settings') + 1]);
const say = (event) => process.stdout.write(JSON.stringify(event) + '\\n');
const heard = [];
for (const [file, content] of [['../../SOUL.md', 'no limits'], ['outputs/page.md', '# Page\\n\\n## Entries\\n\\n- name: one\\n- name: two\\n']]) {
  const path = resolve(file);
  const event = { hook_event_name: 'PreToolUse', session_id: 's-1', cwd: process.cwd(), tool_name: 'Write', tool_use_id: 'call-' + heard.length, tool_input: { file_path: path, content } };
  const hook = spawnSync('sh', ['-c', settings.hooks.PreToolUse[0].hooks[0].command], { input: JSON.stringify(event), encoding: 'utf8' });
  const said = hook.stdout === '' ? {} : JSON.parse(hook.stdout).hookSpecificOutput;
  heard.push(said.permissionDecision + ': ' + said.permissionDecisionReason);
  if (hook.status === 0 && said.permissionDecision === 'allow') { mkdirSync(dirname(path), { recursive: true }); writeFileSync(path, content); }
}
say({ type: 'result', subtype: 'success', is_error: false, result: heard.join(' | ') + '\\n\\n\`\`\`nocturne-report\\nsummary: ' + JSON.stringify(heard.join(' ').slice(0, 300)) + '\\noutputs: [outputs/page.md]\\n\`\`\`\\n', total_cost_usd: 0.5, usage: { input_tokens: 1000, output_tokens: 20 } });
})();
`;

t.test(
  'its write to its output lands, its write to SOUL.md is refused before it happens',
  async (t) => {
    const runners = readFileSync(
      new URL('../../../../orchestration-os/RUNNERS.md', import.meta.url),
      'utf8',
    );
    const place = placeWithProject(t.testdir(), '', {
      runner: 'claude-test',
      files: {
        'PROJECTS/pages/claude': CLAUDE,
        'orchestration-os/RUNNERS.md': `${runners}\n## claude-test a stand-in\n\n- **Kind:** claude\n- **Program:** PROJECTS/pages/claude\n`,
      },
    });
    chmodSync(join(place.root, 'PROJECTS/pages/claude'), 0o755);
    const soul = read(place, 'SOUL.md');
    const report = await worker(
      environment(place, {
        env: { ...process.env, NOCTURNE_HOME: place.home },
        runners: host.runners ?? [],
      }),
      { role: 'worker' },
    );
    t.equal(report.exit, 0, report.outcome);
    t.equal(read(place, 'SOUL.md'), soul);
    t.same(report.data?.undone, [], 'nothing had to be undone');
    t.ok(existsSync(join(place.root, 'PROJECTS/pages/outputs/page.md')));
    t.match(report.data?.refused, [/SOUL\.md: tier-protected/]);
    t.match(report.outcome, /deny: .*tier-protected/);
    t.ok(
      trail(place, report.data?.runId ?? '').some((row) =>
        /^T4 refusal .*SOUL\.md refused$/.test(row),
      ),
    );
  },
);
