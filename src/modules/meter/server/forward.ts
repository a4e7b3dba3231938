/** Forwards one call to a model, if its worst case fits into every limit. */
import type { Reserved } from '../ledger/types.js';
import { accountOf, type Grant } from '../grant.js';
import { noteRefused, noteTold, progressOf } from '../progress.js';
import { Call } from './call.js';
import type { Desk } from './desk.js';
import { errorResponse, type MeterError } from './error-shape.js';
import { type Credential, headersDown, headersUp } from './headers.js';
import { keyOf } from './key-of.js';
import { limitNote } from './limit-note.js';
import { parsedObject } from './protocols/json.js';
import type { Bounded, Json, Protocol } from './protocols/protocol.js';
import { reachedLimit, refusalError } from './refusal.js';
import { type Relay, relayEvents, relayWhole } from './relay.js';
import { type Target, targetOf } from './target-url.js';
import { cutError, unansweredError } from './unanswered-error.js';
import { sendUpstream } from './upstream.js';

const TOLD = 'told the agent that most of a limit is used';
const MOST_NAMED = 10;
const LONGEST_NAME = 40;

export type Incoming = {
  readonly desk: Desk;
  readonly protocol: Protocol;
  readonly request: Request;
  readonly grant: Grant;
  readonly credential: Credential;
  /** Ends the connection to the client. */
  readonly cut: () => void;
};

export async function forward(incoming: Incoming): Promise<Response> {
  const { protocol } = incoming;
  const prepared = await prepare(incoming);
  if (prepared.kind === 'error') return errorResponse(protocol.family, prepared.error);
  const key = keyOf(incoming.desk, incoming.grant);
  if (typeof key !== 'string') return errorResponse(protocol.family, key);
  const target = targetFor(incoming);
  if ('code' in target) return errorResponse(protocol.family, target);
  const reserved = reserve(incoming, prepared);
  if (reserved.kind === 'refused') {
    noteRefused(incoming.desk.state, accountOf(incoming.grant), reachedLimit(reserved));
    return errorResponse(protocol.family, refusalError(reserved));
  }
  return send(incoming, { ...prepared, reserved, key, target });
}

type Prepared = {
  readonly kind: 'prepared';
  readonly body: Json;
  /** As the client sent it, which says what the client wants to see. */
  readonly asked: Json;
  readonly bounded: Bounded;
  readonly inputTokens: number;
  /** Whether the agent is told that most of a limit is used. */
  readonly isNoted: boolean;
};

async function prepare({
  desk,
  protocol,
  request,
  grant,
}: Incoming): Promise<Prepared | { readonly kind: 'error'; readonly error: MeterError }> {
  const wrong = (error: MeterError): { kind: 'error'; error: MeterError } => ({
    kind: 'error',
    error,
  });
  const bytes = await request.arrayBuffer();
  desk.look();
  const asked = parsedObject(Buffer.from(bytes).toString('utf8'));
  if (asked === undefined)
    return wrong({
      status: 400,
      code: 'bad_request',
      message: 'The request is not a JSON object.',
    });
  const bounded = protocol.bound(asked, request.headers);
  if (bounded.kind === 'unbounded') {
    const { param, why } = bounded;
    const message = `The meter cannot bound what this request costs: ${param}: ${why}.`;
    return wrong({ status: 400, code: 'not_bounded', message, param });
  }
  const known = without(asked, bounded.leftOut);
  const body = noted({ desk, protocol, grant }, known);
  const inputTokens = Buffer.byteLength(JSON.stringify(body)) + bounded.extraTokens;
  return { kind: 'prepared', body, asked, bounded, inputTokens, isNoted: body !== known };
}

function without(body: Json, names: readonly string[]): Json {
  if (names.length === 0) return body;
  return Object.fromEntries(Object.entries(body).filter(([name]) => !names.includes(name)));
}

/** An agent chooses the names, so they are cut. */
function leftOutText(names: readonly string[]): readonly string[] {
  const shown = names.slice(0, MOST_NAMED).map((name) => name.slice(0, LONGEST_NAME));
  return names.length === 0 ? [] : [`left out: ${shown.join(', ')}`];
}

function noted(
  { desk, protocol, grant }: Pick<Incoming, 'desk' | 'protocol' | 'grant'>,
  body: Json,
): Json {
  const account = accountOf(grant);
  const note = limitNote(desk.accounts.balances({ runId: account, project: grant.project }));
  if (note === undefined || progressOf(desk.state, account).isTold) return body;
  return protocol.withNote(body, note) ?? body;
}

function reserve(
  { desk, protocol, grant }: Incoming,
  { bounded, inputTokens, isNoted }: Prepared,
): Reserved {
  const { model, maxOutput, smallest, choices, writesCache } = bounded;
  const { project, runner } = grant;
  return desk.accounts.reserve(
    {
      runId: accountOf(grant),
      ...{ project, runner, model, protocol: protocol.name },
      note: [...(isNoted ? [TOLD] : []), ...leftOutText(bounded.leftOut)].join('; '),
    },
    {
      ...{ inputTokens, maxOutput, smallest, choices },
      cacheWrites: writesCache,
      price: desk.priceOf({ model, runner }),
    },
  );
}

type Sending = Prepared & {
  readonly reserved: Extract<Reserved, { readonly kind: 'reserved' }>;
  readonly key: string;
  readonly target: Target;
};

async function send(incoming: Incoming, sending: Sending): Promise<Response> {
  const { desk, protocol, request, grant, credential } = incoming;
  const { reserved, inputTokens, key, target } = sending;
  const { url } = target;
  const { maxOutput } = reserved;
  const sent = JSON.stringify(protocol.limited(sending.body, { maxOutput, host: url.hostname }));
  const ending = new AbortController();
  const abort = (): void => ending.abort();
  const call = new Call(desk, {
    ...{ id: reserved.id, account: accountOf(grant), sent, inputTokens },
    reader: protocol.reader(sending.asked),
    abort,
  });
  request.signal.addEventListener('abort', abort, { once: true });
  try {
    const bytes = Buffer.byteLength(sent);
    const answered = await sendUpstream({
      method: 'POST',
      ...target,
      headers: headersUp(request.headers, { key, scheme: credential.scheme, bytes }),
      body: sent,
      signal: request.signal.aborted ? AbortSignal.abort() : ending.signal,
      patience: desk.patience,
    });
    if (answered.kind !== 'answered') {
      call.settle({ kind: answered.kind === 'not-sent' ? 'not-sent' : 'unconfirmed' });
      return errorResponse(protocol.family, unansweredError(answered, url));
    }
    // A client repeats what the endpoint turned away, without the note.
    const isHeard = sending.isNoted && answered.status < 300;
    if (isHeard) noteTold(desk.state, accountOf(grant));
    return await relay({ call, answered, key, host: url.hostname, cut: incoming.cut });
  } catch (error) {
    call.settle({ kind: 'unconfirmed' });
    return errorResponse(protocol.family, cutError(error, { host: url.host, key }));
  }
}

async function relay(relayed: Relay): Promise<Response> {
  const { answered, key } = relayed;
  const isStream = (answered.headers['content-type'] ?? '').includes('text/event-stream');
  const body = isStream ? relayEvents(relayed) : await relayWhole(relayed);
  return new Response(body, {
    status: answered.status,
    headers: headersDown(answered.headers, key),
  });
}

function targetFor({ desk, protocol, request, grant }: Incoming): Target | MeterError {
  const { path, family } = protocol;
  const { search: query } = new URL(request.url);
  return targetOf(desk.state, grant.endpoint, { path, family, query });
}
