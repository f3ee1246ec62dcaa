/** Logging in. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { api, taken } from "@/api/client";
import { begun } from "@/app/session";
import { Button } from "@/ui/Button";
import { Field, Input } from "@/ui/Field";
import { Entry } from "./Entry";

export function LogInPage() {
  const { then } = useSearch({ from: "/log-in" });
  const navigate = useNavigate();
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const setUp = useQuery({ queryKey: ["set-up"], queryFn: () => taken(api.GET("/set-up/state")) });
  const logIn = useMutation({
    mutationFn: () => taken(api.POST("/session", { body: { email, password } })),
    onSuccess: async (session) => {
      begun(session);
      await navigate({ to: then ?? "/" });
    },
  });
  return (
    <Entry title="Log in" about={setUp.data?.needed ? undefined : "To Tandem of your company."}>
      {setUp.data?.needed && (
        <p className="mb-4 rounded-md bg-accent-soft px-3 py-2 text-accent-ink">
          Nobody is set up yet. Open the link that <code>make run</code> prints in its terminal, or print a new one with{" "}
          <code>tandem admin set-up</code>.
        </p>
      )}
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          logIn.mutate();
        }}
      >
        <Field label="E-mail">
          <Input
            type="email"
            autoComplete="username"
            autoFocus
            required
            value={email}
            onChange={(event) => setEmail(event.target.value)}
          />
        </Field>
        <Field label="Password">
          <Input
            type="password"
            autoComplete="current-password"
            required
            value={password}
            onChange={(event) => setPassword(event.target.value)}
          />
        </Field>
        {logIn.error && (
          <p role="alert" className="text-bad">
            {logIn.error.message}
          </p>
        )}
        <Button type="submit" variant="primary" busy={logIn.isPending} className="h-9">
          Log in
        </Button>
      </form>
    </Entry>
  );
}
