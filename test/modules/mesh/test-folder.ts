/** The folder of a test with processes that write to it. */
type Scope = { testdir(): string; teardown(act: () => unknown): void };

/** Removed only after what is to be torn down: tap does so if there is a teardown before `testdir`. */
export function testFolder(t: Scope): string {
  t.teardown(() => undefined);
  return t.testdir();
}
