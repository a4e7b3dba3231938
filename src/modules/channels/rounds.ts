/** Rounds of all channels at the end of a pass, for workspaces without a server. */
import { listens } from './card.js';
import { listen } from './answers/listen.js';
import { deliver } from './delivery/deliver.js';
import type { RoundContext } from './delivery/round-context.js';
import { channelsDistrusted, ownerChannels } from './owner-channel.js';

/** The pass waits for it, so a channel that does not answer must not hold it for long. */
const MOST_MS = 60_000;

export type RoundOptions = {
  /** A morning may begin now. */
  readonly mayBegin: boolean;
  /** Answers that have come are taken too. */
  readonly takesAnswers: boolean;
};

/** Sends what is due. The channels work side by side. */
export async function roundOfAll(
  context: RoundContext,
  { mayBegin, takesAnswers }: RoundOptions,
): Promise<readonly string[]> {
  const { workspace } = context;
  const snapshot = workspace.snapshot();
  const channels = ownerChannels(snapshot);
  if (channels.length === 0) return [];
  const distrust = channelsDistrusted(workspace, snapshot);
  if (distrust !== undefined) return [`no channel works: ${distrust}`];
  const signal = AbortSignal.any([context.signal, AbortSignal.timeout(MOST_MS)]);
  const bounded = { ...context, signal };
  const done = await Promise.all(
    channels.map(async (channel) => [
      ...(takesAnswers && listens(channel)
        ? await listen(bounded, channel, { patienceMs: 0, pushed: false })
        : []),
      ...(await deliver(bounded, channel, { mayBegin })),
    ]),
  );
  return done.flat();
}
