/** `dashboard`: Mission Control, web pages that show the workspace and take answers. */
import { LINK_MINUTES, Sessions } from '../../../passes/dashboard-sessions.js';
import { runningServer } from '../../../passes/dashboard-server.js';
import { NocturneError } from '../../../kernel/error.js';
import { localTime } from '../../../project/local-time.js';
import { ownerZone } from '../../../project/owner-zone.js';
import { textTable } from '../../../report/text-table.js';
import { requireOwner } from '../actor.js';
import { DASHBOARD_OPTIONS } from '../dashboard-place.js';
import { ok } from '../result.js';
import { dashboardService } from '../serve-dashboard.js';
import type { Command } from '../types.js';

export const dashboard: Command = {
  options: DASHBOARD_OPTIONS,
  examples: [
    'nocturne dashboard',
    'nocturne dashboard --port 4171 --read-only',
    'nocturne dashboard --url https://desk.example.ts.net',
  ],
  async run(context, { options }) {
    requireOwner(context, 'the dashboard');
    if (context.json)
      throw new NocturneError('USAGE', 'a server does not print a JSON document', {
        hint: 'leave out --json, or run nocturne dashboard link --json',
      });
    const { run } = dashboardService(context, options);
    const ending = new AbortController();
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => ending.abort());
    await run(ending.signal);
    return ok('', {});
  },
};

export const dashboardLink: Command = {
  examples: ['nocturne dashboard link'],
  run(context) {
    requireOwner(context, 'a link to the dashboard');
    const workspace = context.workspace();
    const server = runningServer(workspace.state);
    if (server === undefined)
      throw new NocturneError('NOT_FOUND', 'no dashboard of this workspace is running', {
        hint: 'nocturne dashboard starts it, and prints a link',
      });
    const link = `${server.url}/enter?token=${new Sessions(workspace).newLink()}`;
    return ok(`${link}\nIt works once, for ${LINK_MINUTES} minutes.`, {
      link,
      minutes: LINK_MINUTES,
      server,
    });
  },
};

export const dashboardSessions: Command = {
  examples: ['nocturne dashboard sessions', 'nocturne dashboard sessions --json'],
  run(context) {
    requireOwner(context, 'the sessions of the dashboard');
    const workspace = context.workspace();
    const sessions = new Sessions(workspace).list();
    const server = runningServer(workspace.state) ?? null;
    if (sessions.length === 0)
      return ok('No browser is logged in to the dashboard.', { sessions, server });
    const zone = ownerZone(workspace.snapshot());
    const table = textTable({
      head: ['id', 'since', 'last seen', 'browser'],
      width: context.width,
      rows: sessions.map(({ id, since, seen, agent }) => [
        id,
        localTime(since, zone),
        localTime(seen, zone),
        agent,
      ]),
    });
    return ok(`${table}\nTo end one: nocturne dashboard revoke ID`, { sessions, server });
  },
};

export const dashboardRevoke: Command = {
  args: '[id]',
  options: [{ flags: '--all', description: 'end every session' }],
  examples: ['nocturne dashboard revoke 5f0c2a1b', 'nocturne dashboard revoke --all'],
  run(context, { args, options }) {
    requireOwner(context, 'ending a session of the dashboard');
    const sessions = new Sessions(context.workspace());
    const [id] = args;
    if ((id === undefined) !== (options['all'] === true))
      throw new NocturneError('USAGE', 'give the id of one session, or --all', {
        hint: 'nocturne dashboard sessions lists them',
      });
    const revoked = id === undefined ? sessions.list().map((session) => session.id) : [id];
    for (const one of revoked) sessions.revoke(one);
    return ok(revoked.map((one) => `Session ${one} has ended.`).join('\n') || 'There was none.', {
      revoked,
    });
  },
};
