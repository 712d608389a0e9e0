import { Stepper } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useState } from "react";

import { ConnectorIcon } from "../../../components/connector-icon.tsx";
import { Page } from "../../../components/page.tsx";
import { Panel } from "../../../components/panel.tsx";
import { ErrorState, LoadingLines } from "../../../components/states.tsx";
import { connectorsQuery } from "../../../lib/queries.ts";
import type { Connector } from "../api/reading.ts";
import { everything, type Selection } from "../api/scopes.ts";
import type { Config } from "../components/config-form.tsx";
import { CredentialsStep } from "../components/credentials-step.tsx";
import { ScopesStep } from "../components/scopes-step.tsx";
import { StartStep } from "../components/start-step.tsx";

const route = getRouteApi("/integrations/connect/$connector");

export function ConnectPage() {
  const { connector: name } = route.useParams();
  const connectors = useQuery(connectorsQuery);
  const connector = connectors.data?.find((one) => one.name === name);
  return (
    <Page
      title={`Connect ${connector?.label ?? name}`}
      mark={<ConnectorIcon connector={name} label={connector?.label ?? name} />}
      lead={connector?.summary}
      crumbs={
        <>
          <Link to="/integrations">Integrations</Link> <span aria-hidden>/</span> Connect
        </>
      }
      isNarrow
    >
      {connectors.error ? (
        <ErrorState error={connectors.error} onRetry={() => void connectors.refetch()} />
      ) : !connectors.data ? (
        <LoadingLines lines={6} />
      ) : connector ? (
        <ConnectSteps connector={connector} />
      ) : (
        <ErrorState
          error={{
            code: "unknown_connector",
            title: `There is no connector called ${name}.`,
            hint: "Choose one on the Integrations page.",
          }}
        />
      )}
    </Page>
  );
}

/** What the steps gather, before anything is saved. */
export interface Draft {
  name: string;
  config: Config;
  selection: Selection;
}

function ConnectSteps({ connector }: { connector: Connector }) {
  const [step, setStep] = useState(0);
  const [draft, setDraft] = useState<Draft>({ name: connector.label, config: {}, selection: everything });
  const isSmall = useMediaQuery("(max-width: 48em)");
  const change = (part: Partial<Draft>) => setDraft((before) => ({ ...before, ...part }));
  return (
    <>
      <Stepper
        active={step}
        size="sm"
        mb="lg"
        onStepClick={setStep}
        allowNextStepsSelect={false}
        orientation={isSmall ? "vertical" : "horizontal"}
      >
        <Stepper.Step label="Credentials" description="Tried before they are saved" />
        <Stepper.Step label="Scopes" description="What to read" />
        <Stepper.Step label="Project and history" description="Then reading starts" />
      </Stepper>
      <Panel>
        {step === 0 && <CredentialsStep connector={connector} draft={draft} onChange={change} onDone={() => setStep(1)} />}
        {step === 1 && (
          <ScopesStep connector={connector} draft={draft} onChange={change} onBack={() => setStep(0)} onDone={() => setStep(2)} />
        )}
        {step === 2 && <StartStep connector={connector} draft={draft} onBack={() => setStep(1)} />}
      </Panel>
    </>
  );
}
