/** `init`: makes a directory a workspace or adopts it, makes the owner's key, signs, and checks. */
import { EXIT, NocturneError } from '../../../kernel/error.js';
import { createWorkspace, planWorkspace } from '../../../setup/create-workspace.js';
import { type Checked, checkWorkspace } from '../../../setup/check-workspace.js';
import { requireOwner } from '../actor.js';
import { initJoin } from '../init-join.js';
import { initRequest } from '../init-request.js';
import { type Adopted, initJson, initText, planJson, planText } from '../init-report.js';
import { ok } from '../result.js';
import type { Command, CommandResult, Context } from '../types.js';

export const init: Command = {
  args: '[dir]',
  options: [
    { flags: '--owner <name>', description: 'your name, for the briefing and the signature' },
    {
      flags: '--domain <text>',
      description: 'one sentence about the work: for whom, and about what',
    },
    {
      flags: '--time-zone <zone>',
      description: 'the time zone for displayed times (default: that of this machine)',
    },
    {
      flags: '--passphrase',
      description: "protect the owner's key with a passphrase (asked for, or $NOCTURNE_PASSPHRASE)",
    },
    {
      flags: '--join',
      description: 'use a signed workspace that was moved, copied, or cloned from another machine',
    },
    { flags: '--key <file>', description: "with --join: bring a copy of the owner's key" },
    { flags: '--new-owner', description: 'with --join: take the workspace over with your own key' },
    {
      flags: '--encoding <name>',
      description: 'the encoding of your pages that are not UTF-8, as in windows-1252',
    },
    { flags: '--yes', description: 'ask no questions, and use the defaults' },
    { flags: '--dry-run', description: 'show what would be written, and write nothing' },
  ],
  examples: [
    'nocturne init my-workspace',
    'nocturne init . --owner Ada --domain "open data about rivers" --yes',
    'nocturne init . --dry-run',
    'nocturne init --join',
    'nocturne init --join --key backup/owner.key',
  ],
  async run(context, parsed) {
    requireOwner(context, 'creating a workspace');
    const joins = ['join', 'key', 'newOwner'].filter((name) => name in parsed.options);
    if (joins.includes('join')) return initJoin(context, parsed);
    if (joins.length > 0)
      throw new NocturneError('USAGE', '--key and --new-owner need --join', {
        hint: 'nocturne init --join',
      });
    const { host, ...request } = await initRequest(context, parsed);
    const place = { ...request, packageRoot: context.packageRoot, clock: context.clock };
    if (parsed.options['dryRun'] === true) {
      const plan = planWorkspace(place);
      return ok(planText(request.directory, plan, host), planJson(request.directory, plan, host));
    }
    const created = createWorkspace({ ...place, home: context.home });
    try {
      return report(context, { ...created, host }, await checkWorkspace(created.workspace));
    } finally {
      created.workspace.close();
    }
  },
};

function report(context: Context, created: Adopted, checked: Checked): CommandResult {
  const sound =
    checked.gate.ok &&
    checked.validation.diagnostics.every((diagnostic) => diagnostic.severity !== 'error');
  const exit = sound ? EXIT.ok : EXIT.findings;
  return {
    exit: checked.gate.ok ? exit : EXIT.gate,
    text: initText(context, created, checked),
    json: initJson(context, created, checked),
  };
}
