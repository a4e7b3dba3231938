/** What a form does: one command, once, if what it showed is still so; a page says the result. */
import type { Context } from 'hono';
import { NocturneError } from '../../kernel/error.js';
import { sha256 } from '../../kernel/hash.js';
import type { DashboardAction, Form } from '../../passes/dashboard-page.js';
import { checkSeen } from '../../project/seen-record.js';
import type { Snapshot } from '../../workspace/types.js';
import { backOf, PreviewView } from './answers.js';
import { isCsrfOf } from './csrf.js';
import { respond } from './respond.js';
import type { Env, Served } from './types.js';

const MOST_FIELDS = 200;

export async function act(
  served: Served,
  request: Context<Env>,
  action: DashboardAction,
): Promise<Response> {
  if (served.readOnly)
    throw new NocturneError('REFUSED', 'This dashboard only reads.', {
      hint: 'start it without --read-only to act',
    });
  const form = formOf(await request.req.text());
  if (!isCsrfOf(request.get('cookie'), form['csrf']))
    throw new NocturneError('REFUSED', 'This form is of another session.', {
      hint: 'load the page again, then send it once more',
    });
  if ((form['once'] ?? '') === '')
    throw new NocturneError('USAGE', 'this form belongs to no page of this dashboard');
  const doing = { served, action, form, session: request.get('session') };
  const ended = await served.turns.enter(async () => {
    const preview = action.previews === true ? await previewed(doing) : undefined;
    return preview ?? (await done(doing));
  });
  if (typeof ended === 'string') return request.redirect(withDone(form, ended), 303);
  const isFirst = form['confirmed'] === undefined;
  return respond(served, request, {
    title: isFirst ? 'What this would change' : 'It would change something else now',
    status: isFirst ? 200 : 409,
    body: <PreviewView action={action.name} form={form} {...ended} />,
  });
}

type Doing = {
  readonly served: Served;
  readonly action: DashboardAction;
  readonly form: Form;
  readonly session: string;
};

/** What a yes would do, unless it is what the owner said yes to. */
async function previewed({ served, action, form }: Doing) {
  const { text } = await run({ served, action, form }, { dryRun: true });
  // A time in it is of the moment in which it was made.
  const shown = sha256(text.replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')).slice(0, 32);
  return form['confirmed'] === shown ? undefined : { text, shown };
}

/** @returns the form, whose result is kept under this name. */
async function done(doing: Doing): Promise<string> {
  const { served, action, form, session } = doing;
  const id = sha256(JSON.stringify([session, action.name, Object.entries(form).sort()])).slice(
    0,
    32,
  );
  if (!served.done.begin(id, action.name)) throw doneBefore(served, id);
  try {
    served.done.end(id, action.name, await run(doing));
  } catch (error) {
    served.done.forget(id);
    throw error;
  } finally {
    served.touch();
  }
  return id;
}

function run(
  { served, action, form }: Omit<Doing, 'session'>,
  more: Readonly<Record<string, unknown>> = {},
) {
  const seen = form['seen'];
  const check = (snapshot: Snapshot): void => {
    if (seen !== undefined) checkSeen(snapshot, seen);
  };
  const snapshot = served.fresh();
  const parsed = action.parsed(form, { snapshot });
  check(snapshot);
  return served.act(action.command, {
    args: parsed.args ?? [],
    options: { ...parsed.options, ...more },
    check,
  });
}

function doneBefore({ done }: Served, id: string): NocturneError {
  const { at = '', text = '' } = done.find(id) ?? {};
  return new NocturneError('CONFLICT', `This form was already sent, at ${at}. ${text}`.trim(), {
    hint: 'it was not done again; load the page to see how things are now',
  });
}

function formOf(text: string): Form {
  const entries = [...new URLSearchParams(text)];
  if (entries.length > MOST_FIELDS)
    throw new NocturneError('USAGE', `the form has more than ${MOST_FIELDS} fields`);
  return Object.fromEntries(entries);
}

/** The page that the form was on, which says what was done. */
function withDone(form: Form, id: string): string {
  const url = new URL(backOf(form), 'http://own');
  url.searchParams.set('done', id);
  return `${url.pathname}${url.search}${url.hash}`;
}
