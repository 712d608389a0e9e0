import { useQuery } from "@tanstack/react-query";

import { sessionQuery } from "./queries.ts";

/** Whether the one who looks may do something; the server decides again on every request. */
export function useMay(permission: string): boolean {
  const { data } = useQuery(sessionQuery);
  return data?.permissions.includes(permission) ?? false;
}
