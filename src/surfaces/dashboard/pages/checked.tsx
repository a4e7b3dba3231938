/** How fresh the answer of a command is that takes long. */
import { Empty } from '../../../report/html/html.js';
import { clockTime } from '../clock-time.js';
import type { KeptAnswer } from '../../../passes/dashboard-page.js';

/** Above what the answer shows. @param what as in `The check`. */
export function Checked({
  answer,
  what,
  zone,
}: {
  readonly answer: KeptAnswer;
  readonly what: string;
  readonly zone: string;
}) {
  const { isRunning, at, failed } = answer;
  if (failed !== undefined)
    return (
      <div class="problem" role="alert">
        <p>{`${what} failed: ${failed}.`}</p>
      </div>
    );
  if (at === undefined) return <Empty>{`${what} is running. This page shows the result.`}</Empty>;
  return (
    <p class="note checked">
      {`${what} at `}
      <time datetime={at.toISOString()}>{clockTime(at, zone)}</time>
      {isRunning ? '. Something has changed since then; it is running again.' : ''}
    </p>
  );
}
