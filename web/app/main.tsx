import { localStorageColorSchemeManager, MantineProvider } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import { ApiProblem } from "../lib/problem.ts";
import { makeRouter } from "./router.tsx";
import { cssVariablesResolver, theme } from "./theme.ts";

const queryClient = new QueryClient({
  defaultOptions: {
    mutations: { networkMode: "always" },
    queries: {
      staleTime: 5_000,
      // The server is often on this machine or this network: whether the internet is there says nothing.
      networkMode: "always",
      // What the server said is final; only silence is asked again.
      retry: (failures, error) => !(error instanceof ApiProblem) && failures < 2,
      refetchOnWindowFocus: true,
    },
  },
});

// After an upgrade the files that an open page still names are gone: fetch the new page, once, if the server is there.
window.addEventListener("vite:preloadError", () => void reloadOnce());

async function reloadOnce(): Promise<void> {
  const last = Number(sessionStorage.getItem("leadline-reloaded-at") ?? 0);
  const answer = await fetch("/healthz").catch(() => null);
  if (!answer?.ok || Date.now() - last < 10_000) return;
  sessionStorage.setItem("leadline-reloaded-at", String(Date.now()));
  window.location.reload();
}

const router = makeRouter(queryClient);
const root = document.getElementById("root");
if (!root) throw new Error("index.html has no #root");

createRoot(root).render(
  <StrictMode>
    <MantineProvider
      theme={theme}
      cssVariablesResolver={cssVariablesResolver}
      defaultColorScheme="auto"
      colorSchemeManager={localStorageColorSchemeManager()}
    >
      <QueryClientProvider client={queryClient}>
        <Notifications position="bottom-right" autoClose={6000} />
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
