/** Where one-use links lead: becoming the first owner, accepting an invitation, a new password. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { api, Refusal, taken } from "@/api/client";
import { begun } from "@/app/session";
import { Button } from "@/ui/Button";
import { Field, Input } from "@/ui/Field";
import { Skeleton } from "@/ui/Page";
import { Entry } from "./Entry";

const SHORTEST_PASSWORD = 12;

/** The token stands behind the `#`, where no server and no log sees it; it leaves the address bar at once. */
function tokenOfAddress(): string {
  const token = location.hash.slice(1);
  if (token) history.replaceState(history.state, "", location.pathname);
  return token;
}

export function SetUpPage() {
  const [token] = useState(tokenOfAddress);
  const state = useQuery({ queryKey: ["set-up"], queryFn: () => taken(api.GET("/set-up/state")), staleTime: Infinity });
  if (!token)
    return (
      <Entry title="This link is not whole">
        <p className="text-muted">
          Open it again exactly as it was printed or sent to you, with everything behind the #. Links are good once.
        </p>
        <Link to="/log-in" className="mt-4 inline-block text-accent-ink underline">
          Log in instead
        </Link>
      </Entry>
    );
  if (state.isPending)
    return (
      <Entry title="Welcome">
        <Skeleton className="h-40" />
      </Entry>
    );
  return <Welcome token={token} firstOwner={state.data?.needed ?? false} />;
}

function Welcome({ token, firstOwner }: { token: string; firstOwner: boolean }) {
  const navigate = useNavigate();
  const [email, setEmail] = useState("");
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const begin = useMutation({
    mutationFn: () =>
      firstOwner
        ? taken(api.POST("/set-up", { body: { token, email, name, password } }))
        : taken(api.POST("/links", { body: { token, password } })),
    onSuccess: async (session) => {
      begun(session);
      await navigate({ to: "/" });
    },
  });
  const wrong = begin.error instanceof Refusal ? begin.error.fields : {};
  return (
    <Entry
      title={firstOwner ? "Welcome to Tandem" : "Choose your password"}
      about={firstOwner ? "You are the first here: you become the owner, and invite the others." : undefined}
    >
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          begin.mutate();
        }}
      >
        {firstOwner && (
          <>
            <Field label="E-mail" error={wrong["email"]}>
              <Input
                type="email"
                autoComplete="username"
                autoFocus
                required
                value={email}
                onChange={(event) => setEmail(event.target.value)}
              />
            </Field>
            <Field label="Name" error={wrong["name"]}>
              <Input autoComplete="name" required value={name} onChange={(event) => setName(event.target.value)} />
            </Field>
          </>
        )}
        <Field label="Password" hint={`${SHORTEST_PASSWORD} characters at least.`} error={wrong["password"]}>
          <Input
            type="password"
            autoComplete="new-password"
            minLength={SHORTEST_PASSWORD}
            required
            value={password}
            onChange={(event) => setPassword(event.target.value)}
          />
        </Field>
        {begin.error && (
          <p role="alert" className="text-bad">
            {begin.error.message}
          </p>
        )}
        <Button type="submit" variant="primary" busy={begin.isPending} className="h-9">
          {firstOwner ? "Set up" : "Go on"}
        </Button>
      </form>
    </Entry>
  );
}
