/** Shows in the editor that a check of the whole workspace is due or running. */
import type { Connection, WorkDoneProgressServerReporter } from 'vscode-languageserver/node';

export class Busy {
  /** Whether the editor shows progress. */
  shown = false;
  readonly #connection: Connection;
  #is = false;
  #reporter: Promise<WorkDoneProgressServerReporter> | undefined;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  set(is: boolean): void {
    if (!this.shown || is === this.#is) return;
    this.#is = is;
    if (is) {
      this.#reporter = this.#connection.window.createWorkDoneProgress().then((reporter) => {
        reporter.begin('Nocturne', undefined, 'checking the whole workspace');
        return reporter;
      });
    } else {
      const ended = this.#reporter;
      this.#reporter = undefined;
      ended
        ?.then((reporter) => reporter.done())
        .catch(() => {
          // The editor does not show progress after all; the findings come without it.
          this.shown = false;
        });
    }
  }
}
