import { Button, PasswordInput, Stack } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { ProblemNotice } from "../../components/states.tsx";
import { answered, client } from "../../lib/api.ts";
import { Logo } from "./logo.tsx";

/** The server prints a one-time link when it starts; its key can also be pasted here. */
export function SignIn() {
  useDocumentTitle("Sign in · Leadline");
  const [key, setKey] = useState("");
  const queryClient = useQueryClient();
  const open = useMutation({
    mutationFn: () => answered(client.POST("/api/v1/session", { body: { key: keyOf(key) } })),
    onSuccess: () => queryClient.resetQueries(),
  });
  return (
    <main style={{ display: "grid", placeItems: "center", minHeight: "100dvh", padding: 20 }}>
      <form
        style={{ width: "100%", maxWidth: 380 }}
        onSubmit={(event) => {
          event.preventDefault();
          open.mutate();
        }}
      >
        <Stack gap="md">
          <Logo size={40} />
          <div>
            <h1 style={{ margin: 0, fontSize: "1.5rem" }}>Sign in to Leadline</h1>
            <p style={{ margin: "6px 0 0", color: "var(--ll-dim)" }}>
              The server printed a one-time link when it started. Open it, or paste it here. Need a new one? Restart the server,
              or run <code>leadline up</code>.
            </p>
          </div>
          <PasswordInput
            label="One-time link or key"
            value={key}
            onChange={(event) => setKey(event.currentTarget.value)}
            autoComplete="off"
            required
          />
          {open.error && <ProblemNotice problem={open.error} />}
          <Button type="submit" loading={open.isPending} disabled={!key.trim()}>
            Sign in
          </Button>
        </Stack>
      </form>
    </main>
  );
}

/** Of a pasted link the `key` parameter, else the text as it is. */
function keyOf(text: string): string {
  const given = text.trim();
  return URL.canParse(given) ? (new URL(given).searchParams.get("key") ?? given) : given;
}
