/** Calls and models as parts of the mesh service. */
import type { ServeContext } from '../../../passes/module.js';
import type { Part } from '../node/mesh-service.js';
import { modelCalls } from '../proxy/model-calls.js';
import { offeredModels } from '../proxy/offered-models.js';
import { PeerAccess } from '../proxy/peer-access.js';
import { relayModels } from '../proxy/relay-models.js';
import { meshSettings } from '../settings.js';
import { signedPages } from '../signed-pages.js';
import { askCalls } from './ask-calls.js';
import { Calls } from './calls.js';
import { gatewayPart } from './gateway.js';
import { searchCalls, toolCalls } from './guest-tools.js';

export function callParts(context: Pick<ServeContext, 'workspace' | 'env' | 'modules'>): {
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
  });
  const models: Part = {
    begin: () => undefined,
    presence: () => ({
      models: (offered() ?? []).map(({ model }) => model),
      tools: [...new Set((peers() ?? []).flatMap(({ tools }) => tools))].sort(),
    }),
  };
  return { calls, parts: [calls, access, models, gatewayPart(calls, relayModels(calls))] };
}
