/**
 * A host: a product in which agents work, or which calls us before something happens. One folder
 * each, with a `host.ts`; the core knows none by name.
 */
import type { RunnerKind } from '../agents/runner-for.js';
import type { GuardedHost } from '../governance/host-tools/host-tools.js';

export interface Host extends GuardedHost {
  /** The name of its folder, by which commands, sessions and the audit log know it. */
  readonly name: string;
  /** As its makers write it. */
  readonly title: string;
  readonly runners?: readonly RunnerKind[];
}
