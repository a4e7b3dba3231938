/** Pages of the dashboard as their functions make them, from a real workspace and real commands. */
import { type Child, jsx } from 'hono/jsx';
import type { Test } from 'tap';
import type { KeptAnswer, PageContext, PageView } from '../../src/passes/dashboard-page.js';
import { ownerZone } from '../../src/project/owner-zone.js';
import { FormContext } from '../../src/report/html/html.js';
import { callApart } from '../../src/surfaces/cli/call-apart.js';
import { callCommand } from '../../src/surfaces/cli/call-command.js';
import { Changes } from '../../src/surfaces/dashboard/changes.js';
import { PAGES } from '../../src/surfaces/dashboard/pages/pages.js';
import { KeptAnswers } from '../../src/surfaces/dashboard/kept-answers.js';
import { type CliOptions, type CliPlace, contextFor } from '../surfaces/cli/run-cli.js';

type Render = (context: PageContext) => PageView | Promise<PageView>;
type Asked = {
  readonly query?: Readonly<Record<string, string>>;
  readonly params?: Readonly<Record<string, string>>;
  readonly session?: string;
};

export type Pages = {
  readonly changes: Changes;
  /** HTML of what stands below the title. */
  readonly of: (render: Render, asked?: Asked) => Promise<string>;
  /** When the commands that pages have asked for have answered. */
  readonly settled: () => Promise<void>;
};

export function pagesOf(
  t: Pick<Test, 'teardown'>,
  place: CliPlace,
  options: CliOptions = {},
): Pages {
  const context = contextFor(place, options);
  const changes = new Changes();
  const apart = callApart(context);
  const kept = new KeptAnswers({ call: apart, changes, clock: context.clock });
  t.teardown(() => kept.close());
  const asked = new Set<() => KeptAnswer>();
  return {
    changes,
    of: async (render, { query = {}, params = {}, session = '' } = {}) => {
      const workspace = context.workspace();
      const snapshot = workspace.snapshot();
      const { body } = await render({
        workspace,
        snapshot,
        params,
        query,
        zone: ownerZone(snapshot),
        canAct: true,
        session,
        call: callCommand(context, { door: 'dashboard', workspace }),
        pages: PAGES,
        callApart: apart,
        kept: (name, parsed) => {
          asked.add(() => kept.of(name, parsed));
          return kept.of(name, parsed);
        },
      });
      return html(body);
    },
    settled: async () => {
      const ear = changes.listen();
      while ([...asked].some((ask) => ask().isRunning)) await ear.next(60_000);
      ear.close();
    },
  };
}

function html(body: Child): string {
  const value = { csrf: 'csrf', once: 'once', canAct: true };
  return String(jsx(FormContext.Provider as never, { value } as never, body as never));
}

/** What a reader sees of it, on one line. */
export function textOfHtml(page: string): string {
  return page
    .replace(/<[^>]*>/g, ' ')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
    .replace(/\s+/g, ' ');
}
