/** Every error of a chat endpoint, by its status, code, type and cause. */
import t from 'tap';
import { classifyRequestError as classify } from '../../src/agents/classify-request-error.js';

const NOW = Date.parse('2026-03-01T00:00:00Z');
const classifyRequestError = (error: unknown, now: number) => classify(error, { now });

t.test('status, code and type decide; words only where a prompt is too long', async (t) => {
  const cases: readonly (readonly [error: object, failure: string, retry: boolean])[] = [
    [{ status: 400 }, 'crashed', false],
    [{ status: 401 }, 'auth-required', false],
    [{ status: 402 }, 'over-budget', false],
    [{ status: 403 }, 'auth-required', false],
    [{ status: 404 }, 'not-found', false],
    [{ status: 408 }, 'transient', true],
    [{ status: 409 }, 'transient', true],
    [{ status: 413 }, 'over-budget', false],
    [{ status: 418 }, 'crashed', false],
    [{ status: 422 }, 'crashed', false],
    [{ status: 425 }, 'transient', true],
    [{ status: 429 }, 'rate-limited', true],
    [{ status: 500 }, 'transient', true],
    [{ status: 503 }, 'transient', true],
    [{ status: 529 }, 'rate-limited', true],
    [{ status: 429, code: 'insufficient_quota' }, 'over-budget', false],
    [{ status: 429, type: 'insufficient_quota' }, 'over-budget', false],
    [{ status: 400, code: 'billing_hard_limit_reached' }, 'over-budget', false],
    [{ status: 400, code: 'context_length_exceeded' }, 'over-budget', false],
    [{ status: 500, code: 500, type: 'exceed_context_size_error' }, 'over-budget', false],
    [{ status: 500, code: 'invalid_api_key' }, 'auth-required', false],
    [{ status: 400, code: 'model_not_found' }, 'not-found', false],
    [{ status: 400, message: 'This exceeds the maximum context length' }, 'over-budget', false],
    [{ status: 500, message: 'input exceeds the context size' }, 'over-budget', false],
    [{ status: 429, message: 'too many tokens per minute' }, 'rate-limited', true],
    [{ status: 503, message: 'no context length' }, 'transient', true],
    [{ status: 400, message: 'the context is missing' }, 'crashed', false],
    [{ status: 500, message: 'insufficient_quota' }, 'transient', true],
  ];
  for (const [error, failure, retry] of cases)
    t.match(
      classifyRequestError(error, NOW),
      { failure, retry, answered: true },
      JSON.stringify(error),
    );
});

t.test('a broken connection is tried again, but not a bad certificate', async (t) => {
  const failed = (code: string) =>
    new Error('Connection error.', {
      cause: new TypeError('fetch failed', { cause: Object.assign(new Error(code), { code }) }),
    });
  for (const code of ['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'UND_ERR_SOCKET'])
    t.match(classifyRequestError(failed(code), NOW), {
      failure: 'transient',
      retry: true,
      answered: false,
      detail: new RegExp(`^The endpoint [^:]*[^.]*\\(${code}\\)\\. [A-Z].*\\.$`),
    });
  for (const code of ['CERT_HAS_EXPIRED', 'DEPTH_ZERO_SELF_SIGNED_CERT'])
    t.match(classifyRequestError(failed(code), NOW), { failure: 'crashed', retry: false });
});

t.test('the endpoint may say when to retry', async (t) => {
  const headers = new Headers({ 'retry-after': 'Sun, 01 Mar 2026 00:00:30 GMT' });
  t.match(classifyRequestError({ status: 429, headers }, NOW), { retryAfterMs: 30_000 });
  t.notOk('retryAfterMs' in classifyRequestError({ status: 401, headers }, NOW));
});

t.test('the remedy names the page that has the endpoint', (t) => {
  const error = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
  const detail = (page?: string): string =>
    classify(error, page === undefined ? { now: NOW } : { now: NOW, page }).detail;
  t.match(detail(), /correct the endpoint in orchestration-os\/RUNNERS\.md\.$/);
  t.match(detail('a/PAGE.md'), /correct the endpoint in a\/PAGE\.md\.$/);
  t.end();
});
