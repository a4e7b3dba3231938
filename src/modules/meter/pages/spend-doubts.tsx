/** What the sum of a period does not tell: reserved, unconfirmed, not enforced, lost. */
import { plural } from '../../../kernel/words.js';
import { costText, tokensText } from '../../../project/amount-text.js';
import { Badge, Section, Table } from '../../../report/html/html.js';
import type { SpendJson } from './spend-json.js';

type Doubt = { readonly what: string; readonly much: string; readonly why: string };

export function Doubts({ spend }: { readonly spend: SpendJson }) {
  const doubts = [...ofCalls(spend), ...ofLedger(spend)];
  if (doubts.length === 0) return null;
  return (
    <Section title="What the sum does not tell" id="doubts">
      <Table
        caption="What the sum does not tell"
        columns={[{ label: 'what' }, { label: 'how much', kind: 'number' }, { label: 'why' }]}
        rows={doubts.map(({ what, much, why }) => [
          <Badge tone="attention">{what}</Badge>,
          much,
          why,
        ])}
      />
    </Section>
  );
}

function ofCalls({ total, notEnforced, overchargedBy, currency }: SpendJson): readonly Doubt[] {
  const amount = ({ cost, tokens }: { readonly cost: number; readonly tokens: number }): string =>
    cost === 0 ? tokensText(tokens) : costText(cost, currency ?? '');
  const doubts: Doubt[] = [];
  if (total.running.tokens > 0)
    doubts.push({
      what: 'reserved',
      much: amount(total.running),
      why: 'Running calls have reserved it. It is included in the sum.',
    });
  if (total.unconfirmed.tokens > 0)
    doubts.push({
      what: 'unconfirmed',
      much: amount(total.unconfirmed),
      why: 'Calls that reported no usage count as the most that they can have cost.',
    });
  if (notEnforced.passes > 0)
    doubts.push({
      what: 'not enforced',
      much: amount(notEnforced),
      why: `In addition: no meter saw the calls of ${plural(notEnforced.passes, 'pass', 'passes')}; this is what they reported.`,
    });
  for (const over of overchargedBy)
    doubts.push({
      what: 'overcharged',
      much: amount(over),
      why: `${over.name} counted more than its calls could need.`,
    });
  if (total.unpricedTokens > 0)
    doubts.push({
      what: 'cost unknown',
      much: tokensText(total.unpricedTokens),
      why: 'Their models have no price.',
    });
  return doubts;
}

function ofLedger({ ledger, unsigned, problems }: SpendJson): readonly Doubt[] {
  const [lost] = ledger.lost;
  return [
    ...(lost === undefined
      ? []
      : [
          {
            what: 'incomplete',
            much: plural(ledger.lost.length, 'pass', 'passes'),
            why: `The ledger no longer has their rows; the last of them is ${lost}.`,
          },
        ]),
    ...(unsigned === null
      ? []
      : [
          {
            what: 'not signed',
            much: '',
            why: `${unsigned}, so the meter does not follow the limits below.`,
          },
        ]),
    ...problems.map((problem) => ({ what: 'limit', much: '', why: problem })),
  ];
}
