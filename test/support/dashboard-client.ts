/** A client that sends what no browser would, and one that behaves like the owner's browser. */
import { request } from 'node:http';
import { connect } from 'node:net';

export type Answer = {
  readonly status: number;
  readonly body: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
};
export type Question = {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
};

/** One request with exactly these headers (Host: that of the origin, unless given). */
export function ask(origin: string, question: Question): Promise<Answer> {
  const { hostname, port, host } = new URL(origin);
  const { method = 'GET', path = '/', headers = {}, body = '' } = question;
  return new Promise((resolve, reject) => {
    const sent = request(
      { host: hostname, port, method, path, headers: { host, ...headers }, agent: false },
      (response) => {
        let text = '';
        // A stream has no end: that it began is the answer.
        if (response.headers['content-type'] === 'text/event-stream') {
          resolve({ status: response.statusCode ?? 0, body: '', headers: response.headers });
          sent.destroy();
          return;
        }
        response.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk;
        });
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, body: text, headers: response.headers }),
        );
        response.on('error', reject);
      },
    );
    sent.on('error', reject);
    sent.setTimeout(30_000, () => sent.destroy(new Error(`no answer to ${method} ${path}`)));
    sent.end(body);
  });
}

/** What a server says to these bytes until it has said all, or has been silent for a second. */
export function rawly(origin: string, bytes: string): Promise<string> {
  const { hostname, port } = new URL(origin);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname, () => socket.write(bytes));
    let said = '';
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      said += chunk;
    });
    socket.setTimeout(1_000, () => socket.destroy());
    socket.on('error', () => socket.destroy());
    socket.on('close', () => resolve(said));
  });
}

/** A logged-in browser without scripts. */
export class OwnerClient {
  readonly origin: string;
  readonly cookie: string;

  private constructor(origin: string, cookie: string) {
    this.origin = origin;
    this.cookie = cookie;
  }

  static async enter(link: string): Promise<OwnerClient> {
    const { origin, pathname, search } = new URL(link);
    const entered = await ask(origin, { path: `${pathname}${search}` });
    const [cookie = ''] = [entered.headers['set-cookie'] ?? []].flat();
    if (entered.status !== 303) throw new Error(`not entered: ${entered.status} ${entered.body}`);
    return new OwnerClient(origin, cookie.split(';')[0] ?? '');
  }

  get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    return ask(this.origin, { path, headers: { cookie: this.cookie, ...headers } });
  }

  /** As a form of a page of ours sends it. */
  post(
    path: string,
    form: Readonly<Record<string, string>>,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer> {
    const sent = {
      cookie: this.cookie,
      origin: this.origin,
      'sec-fetch-site': 'same-origin',
      'content-type': 'application/x-www-form-urlencoded',
      ...headers,
    };
    const body = new URLSearchParams(form).toString();
    return ask(this.origin, { method: 'POST', path, headers: sent, body });
  }

  /** The hidden fields of the first form of a page that has all of these. */
  async form(
    path: string,
    wanted: Readonly<Record<string, string>> = {},
  ): Promise<Readonly<Record<string, string>>> {
    const found = formsOf((await this.get(path)).body).find((form) =>
      Object.entries(wanted).every(([name, value]) => form[name] === value),
    );
    if (found === undefined) throw new Error(`${path} has no form with ${JSON.stringify(wanted)}`);
    return found;
  }
}

/** The hidden fields of each form in a page. */
export function formsOf(html: string): readonly Readonly<Record<string, string>>[] {
  return [...html.matchAll(/<form[^>]*method="post"[^]*?<\/form>/g)].map(([form]) =>
    Object.fromEntries(
      [...form.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)].map(
        ([, name = '', value = '']) => [name, unescaped(value)],
      ),
    ),
  );
}

function unescaped(text: string): string {
  return text
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}
