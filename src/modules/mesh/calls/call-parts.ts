/** Calls and models as parts of the mesh service. */
import type { Part } from '../node/mesh-service.js';
import { modelCalls } from '../proxy/model-calls.js';
import { offeredModels } from '../proxy/offered-models.js';
import { PeerAccess } from '../proxy/peer-access.js';
import { relayModels } from '../proxy/relay-models.js';
import { meshSettings } from '../settings.js';
import { TurnAsker } from '../circling/ask-turn.js';
import { CirclePart } from '../circling/circle-part.js';
import { turnCalls } from '../circling/turn-calls.js';
import type { JudgeServing } from '../review/peer-judge.js';
import { reviewCalls } from '../review/review-calls.js';
import { signedPages } from '../signed-pages.js';
import { TablePart } from '../table/table-part.js';
import { askCalls } from './ask-calls.js';
import { Calls } from './calls.js';
import { gatewayPart } from './gateway.js';
import { searchCalls, toolCalls } from './guest-tools.js';

export function callParts(context: JudgeServing): {
  readonly calls: Calls;
  readonly parts: readonly Part[];
} {
  const access = new PeerAccess(context);
  const offered = signedPages(context.workspace, ['RUNNER', 'MODEL-TIER', 'PRICE'], offeredModels);
  const peers = signedPages(
    context.workspace,
    ['MESH-SETTINGS', 'MESH-PEER'],
    (snapshot) => meshSettings(snapshot)?.peers,
  );
  const calls = new Calls({
    tool: toolCalls(context),
    search: searchCalls(context),
    ask: askCalls,
    model: modelCalls(access, offered),
    review: reviewCalls(context),
    turn: turnCalls(context),
  });
  const models: Part = {
    begin: () => undefined,
    presence: () => ({
      models: (offered() ?? []).map(({ model }) => model),
      tools: [...new Set((peers() ?? []).flatMap(({ tools }) => tools))].sort(),
    }),
  };
  const asker = new TurnAsker(calls, context);
  const talks = [new CirclePart(asker), new TablePart(asker)];
  return {
    calls,
    parts: [calls, access, models, ...talks, gatewayPart(calls, relayModels(calls))],
  };
}
