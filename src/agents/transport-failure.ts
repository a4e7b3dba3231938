/** One sentence for each way in which an endpoint is not reached: what happened, what to do. */
import { defined } from '../kernel/defined.js';
import { quotedLine } from './quoted-line.js';

export type TransportFailure = {
  /** Waiting may help. */
  readonly retry: boolean;
  /** No request can have arrived, so nothing was used. */
  readonly isUnsent?: true;
  readonly detail: string;
};

type Reason = {
  readonly codes: readonly string[];
  /** After the address of the endpoint. */
  readonly what: string;
  readonly remedy: string;
  readonly retry?: false;
  readonly isUnsent?: true;
};

/** In a remedy: the page that has the endpoint. */
const PAGE = '{page}';
const START = `Start the server, or correct the endpoint in ${PAGE}.`;
const CORRECT = `Correct the endpoint in ${PAGE}.`;
const NETWORK = 'Check the network of this machine; Nocturne connects directly and uses no proxy.';
const CERTIFICATE = 'Renew it, or give its authority to Node.js with NODE_EXTRA_CA_CERTS.';

const REASONS: readonly Reason[] = [
  {
    codes: ['ECONNREFUSED'],
    what: 'refused the connection: no server listens there',
    remedy: START,
    isUnsent: true,
  },
  {
    codes: ['ENOTFOUND'],
    what: 'has a name that does not exist',
    remedy: CORRECT,
    isUnsent: true,
  },
  {
    codes: ['EAI_AGAIN'],
    what: 'has a name that could not be looked up',
    remedy: NETWORK,
    isUnsent: true,
  },
  {
    codes: ['ETIMEDOUT', 'UND_ERR_CONNECT_TIMEOUT'],
    what: 'did not accept the connection in time',
    remedy: `${NETWORK} A firewall may drop the packets.`,
  },
  {
    codes: [
      'ECONNRESET',
      'EPIPE',
      'UND_ERR_SOCKET',
      'UND_ERR_ABORTED',
      'ERR_STREAM_PREMATURE_CLOSE',
    ],
    what: 'closed the connection before it answered',
    remedy: 'The log of the server says why; it may have crashed or run out of memory.',
  },
  {
    codes: ['EHOSTUNREACH', 'ENETUNREACH', 'EHOSTDOWN', 'ENETDOWN'],
    what: 'is not reachable from here',
    remedy: NETWORK,
    isUnsent: true,
  },
  {
    codes: ['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID'],
    what: 'has a certificate that is not valid now',
    remedy: 'Renew it, and check the clock of this machine.',
    retry: false,
    isUnsent: true,
  },
  {
    codes: [
      'DEPTH_ZERO_SELF_SIGNED_CERT',
      'SELF_SIGNED_CERT_IN_CHAIN',
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
      'UNABLE_TO_GET_ISSUER_CERT',
      'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
    ],
    what: 'has a certificate that nobody known has signed',
    remedy: CERTIFICATE,
    retry: false,
    isUnsent: true,
  },
  {
    codes: ['ERR_TLS_CERT_ALTNAME_INVALID'],
    what: 'has a certificate for another name',
    remedy: CORRECT,
    retry: false,
    isUnsent: true,
  },
  {
    codes: ['EPROTO', 'ERR_SSL_WRONG_VERSION_NUMBER', 'ERR_SSL_PACKET_LENGTH_TOO_LONG'],
    what: 'does not speak TLS there',
    remedy: `Write http:// instead of https:// in ${PAGE}.`,
    retry: false,
  },
];
/** The parser of HTTP names what it did not understand, `HPE_INVALID_CONSTANT`, but not always. */
const NO_PARSE = 'HTTPParserError';
const NO_HTTP: Reason = {
  codes: [],
  what: 'answered with something that is not HTTP',
  remedy: 'Another program may listen there, or it wants https://.',
  retry: false,
};

/** @param limit how long it was waited for. */
export function lateAnswer(endpoint: string, limit: string): TransportFailure {
  const detail = `${named(endpoint)} did not answer within ${limit}. See what the server is doing; a smaller model answers sooner.`;
  return { retry: true, detail };
}

type Part = {
  readonly name?: unknown;
  readonly message?: unknown;
  readonly code?: unknown;
  readonly cause?: unknown;
};

/**
 * @param endpoint empty: the sentence names none.
 * @param page where the owner wrote it.
 */
export function transportFailure(
  error: Part,
  endpoint: string,
  page = 'orchestration-os/RUNNERS.md',
): TransportFailure {
  const causes = [error, ...causesOf(error)];
  const codes = causes.flatMap(({ name, code }) => {
    if (typeof code === 'string') return [code];
    return name === NO_PARSE ? [NO_PARSE] : [];
  });
  const address = named(endpoint);
  const reason = codes.some((code) => code === NO_PARSE || code.startsWith('HPE_'))
    ? NO_HTTP
    : REASONS.find((known) => known.codes.some((code) => codes.includes(code)));
  if (reason !== undefined)
    return {
      retry: reason.retry !== false,
      ...defined({ isUnsent: reason.isUnsent }),
      detail: `${address} ${reason.what} (${codes.at(-1)}). ${reason.remedy.replace(PAGE, page)}`,
    };
  const innermost = causes.at(-1);
  // Fetch itself says only that it failed, even if a proxy answers 407.
  if (typeof innermost?.message !== 'string' || innermost.message === '')
    return {
      retry: true,
      detail: `${address} was not reached, and no reason was given; a proxy may want a login. ${NETWORK}`,
    };
  const why = quotedLine(innermost.message);
  return { retry: true, detail: `${address} was not reached: ${why}. ${NETWORK}` };
}

/** A connection that was tried at several addresses has an error for each. */
function causesOf({ cause }: Part, most = 4): readonly Part[] {
  if (!(cause instanceof Error) || most === 0) return [];
  const [first] = cause instanceof AggregateError ? (cause.errors as readonly unknown[]) : [];
  const inner = first instanceof Error ? [first] : [];
  return [cause, ...inner, ...causesOf(cause, most - 1)];
}

/** `https://name:password@host/v1` is shown without the name and the password. */
function named(endpoint: string): string {
  if (!URL.canParse(endpoint)) return 'The endpoint';
  const { origin, pathname } = new URL(endpoint);
  return `The endpoint ${`${origin}${pathname}`.replace(/\/$/, '')}`;
}
