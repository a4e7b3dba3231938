/** Waits for a time that may end early. */
export class Alarm {
  #end: () => void = () => undefined;

  /** Ends the wait that is under way. */
  ring(): void {
    this.#end();
  }

  /** @param ms milliseconds at most. */
  async wait(ms: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    await new Promise<void>((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', end);
        this.#end = () => undefined;
        resolve();
      };
      const timer = setTimeout(end, ms);
      signal.addEventListener('abort', end, { once: true });
      this.#end = end;
    });
  }
}
