/** The gate's verdict: who signed, each protected file, each log with its chain and anchor. */
import { plural } from '../../../../kernel/words.js';
import type { KeptAnswer } from '../../../../passes/dashboard-page.js';
import { localTime } from '../../../../project/local-time.js';
import { Badge, Empty, Section, Table } from '../../../../report/html/html.js';
import { Checked } from '../checked.js';

type GateFinding = {
  readonly file: string;
  readonly line?: number;
  readonly problem: string;
  readonly message: string;
};
export type GateJson = {
  readonly ok: boolean;
  readonly owned: boolean;
  readonly owner: { readonly fingerprint: string; readonly signedAt: string } | null;
  readonly findings: readonly GateFinding[];
  readonly files: number;
  readonly checked: readonly { readonly file: string; readonly ok: boolean }[];
};
type Chain = {
  readonly file: string;
  readonly rows: number;
  readonly ok: boolean;
  readonly firstBad?: {
    readonly line: number;
    readonly seq: number;
    readonly problem: string;
    readonly message: string;
  };
};
export type VerifyJson = {
  readonly chains: readonly Chain[];
  readonly findings: readonly { readonly file: string; readonly message: string }[];
};

const MOST = 200;

export function GateSection({
  answer,
  zone,
}: {
  readonly answer: KeptAnswer;
  readonly zone: string;
}) {
  const gate = answer.json as GateJson | undefined;
  return (
    <Section title="Gate" id="gate">
      <Checked answer={answer} what="The gate" zone={zone} />
      {gate === undefined ? null : <Verdict gate={gate} zone={zone} />}
    </Section>
  );
}

function Verdict({ gate, zone }: { readonly gate: GateJson; readonly zone: string }) {
  const { ok, owner, findings, files, checked } = gate;
  const signed =
    owner === null
      ? 'nobody has signed yet'
      : `signed with key ${owner.fingerprint.slice(0, 8)} at ${localTime(owner.signedAt, zone)}`;
  return (
    <>
      <p>
        <Badge tone={ok ? 'good' : 'wrong'}>{ok ? 'Passes' : 'Refuses'}</Badge>
        {` ${plural(files, 'protected file')}, ${signed}.`}
        {ok ? '' : ' No pass runs until this is over.'}
      </p>
      {findings.length === 0 ? null : (
        <Table
          caption="What the gate refuses"
          columns={[
            { label: 'file', kind: 'code' },
            { label: 'problem' },
            { label: 'what was seen' },
          ]}
          rows={findings
            .slice(0, MOST)
            .map(({ file, line, problem, message }) => [
              line === undefined ? file : `${file}:${line}`,
              <Badge tone="wrong">{problem}</Badge>,
              message,
            ])}
        />
      )}
      {checked.length === 0 ? null : (
        <details>
          <summary>{`Each of the ${plural(files, 'protected file')}`}</summary>
          <Table
            caption="Protected files"
            columns={[{ label: 'file', kind: 'code' }, { label: 'state' }]}
            rows={[...checked]
              .sort((a, b) => Number(a.ok) - Number(b.ok))
              .slice(0, MOST)
              .map(({ file, ok: isSound }) => [
                file,
                isSound ? 'as signed' : <Badge tone="wrong">not as signed</Badge>,
              ])}
          />
        </details>
      )}
      <p class="note">
        A browser cannot sign: your key stays on this machine. After you have changed a protected
        file, run <code>nocturne sign --all</code>; it shows the difference first.
      </p>
    </>
  );
}

export function LogsSection({
  answer,
  zone,
}: {
  readonly answer: KeptAnswer;
  readonly zone: string;
}) {
  const verified = answer.json as VerifyJson | undefined;
  return (
    <Section title="Logs" id="logs" note="chains and anchors">
      <Checked answer={answer} what="The check of the logs" zone={zone} />
      {verified === undefined ? null : <Chains {...verified} />}
    </Section>
  );
}

function Chains({ chains, findings }: VerifyJson) {
  const others = findings.filter(({ file }) => !chains.some((chain) => chain.file === file));
  return (
    <>
      {chains.length === 0 ? <Empty>REGISTRY.md declares no log.</Empty> : null}
      <Table
        caption="Logs"
        columns={[
          { label: 'log', kind: 'code' },
          { label: 'rows', kind: 'number' },
          { label: 'state' },
        ]}
        rows={[
          ...chains.map((chain) => [chain.file, String(chain.rows), stateOf(chain, findings)]),
          ...others.map(({ file, message }) => [file, '', <Badge tone="wrong">{message}</Badge>]),
        ]}
      />
    </>
  );
}

function stateOf({ file, ok, firstBad }: Chain, findings: VerifyJson['findings']) {
  if (ok) return 'unchanged, and as its anchor says';
  const { message } = findings.find((finding) => finding.file === file) ?? {};
  return (
    <Badge tone="wrong">
      {firstBad === undefined
        ? (message ?? 'cannot be verified')
        : `row ${firstBad.seq} (line ${firstBad.line}) is ${firstBad.problem}: ${firstBad.message}`}
    </Badge>
  );
}
