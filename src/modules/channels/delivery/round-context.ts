/** What one round of a channel works with. */
import type { Workspace } from '../../../workspace/types.js';
import { connect } from '../kinds/connect.js';
import type { Connection } from '../kinds/connection.js';
import type { Channel } from '../owner-channel.js';

export type RoundContext = {
  readonly workspace: Workspace;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
};

/** @throws NocturneError `CONFIG`. */
export function connectTo(
  channel: Channel,
  { workspace, env }: Pick<RoundContext, 'workspace' | 'env'>,
): Promise<Connection> {
  const { root, clock } = workspace;
  return connect(channel, { root, env, now: () => clock.now().getTime() });
}
