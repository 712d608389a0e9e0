import { Text } from "@mantine/core";

import { RelativeTime } from "../../../components/relative-time.tsx";
import { Notice, ProblemNotice } from "../../../components/states.tsx";
import type { CheckAnswer } from "../api/changing.ts";

/** What the vendor said to the credential: who it is, what it sees, what it may not read. */
export function CheckResult({ answer }: { answer: CheckAnswer }) {
  if (!answer.ok) return <ProblemNotice problem={answer.problem ?? { code: "check_failed", title: answer.sentence }} />;
  return (
    <Notice tone={answer.missing.length ? "warn" : "good"}>
      <p>
        <strong>{answer.sentence}</strong>
      </p>
      {answer.missing.map(({ permission, streams }) => (
        <p key={permission}>
          Without <code>{permission}</code> these are not read: {streams.join(", ")}.
        </p>
      ))}
      {(answer.expiresAt || answer.version) && (
        <Text size="sm" c="dimmed">
          {answer.version && `Version ${answer.version}. `}
          {answer.expiresAt && (
            <>
              The credential ends <RelativeTime at={answer.expiresAt} />; you will be told before.
            </>
          )}
        </Text>
      )}
    </Notice>
  );
}
