import { useQuery } from "@tanstack/react-query";

import { JsonViewer } from "../../../components/code.tsx";
import { ErrorState, LoadingLines } from "../../../components/states.tsx";
import { payloadQuery } from "../api/reading.ts";

/** What the vendor sent, as the archive keeps it. */
export function PayloadView({ hash, label }: { hash: string; label: string }) {
  const payload = useQuery(payloadQuery(hash));
  if (payload.error) return <ErrorState error={payload.error} isCompact />;
  if (!payload.data) return <LoadingLines lines={4} />;
  return <JsonViewer value={payload.data.body} label={label} />;
}
