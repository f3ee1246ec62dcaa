/** Logging in. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { api, taken } from "@/api/client";
import { begun } from "@/app/session";
import { Button } from "@/ui/Button";
import { Field, Input } from "@/ui/Field";
import { Entry } from "./Entry";

/** What came of logging in at the identity provider. */
const TROUBLES: Record<string, string> = {
  expired: "That log-in took too long, or began in another browser. Begin again.",
  refused: "The identity provider did not confirm who you are. Try again, or ask who runs it.",
  "no-email": "The identity provider gives no verified e-mail address of yours. Ask who runs it.",
  "unknown-here": "You have no account here. Ask an owner to invite you with the same e-mail address.",
  unreachable: "The identity provider does not answer. Log in with your password, or try later.",
};

export function LogInPage() {
  const { then, trouble } = useSearch({ from: "/log-in" });
  const navigate = useNavigate();
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const setUp = useQuery({ queryKey: ["set-up"], queryFn: () => taken(api.GET("/set-up/state")) });
  const provider = useQuery({ queryKey: ["oidc"], queryFn: () => taken(api.GET("/oidc")) });
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
      {trouble && (
        <p role="alert" className="mb-4 rounded-md bg-bad-soft px-3 py-2">
          {TROUBLES[trouble] ?? TROUBLES["refused"]}
        </p>
      )}
      {provider.data?.name && (
        <>
          <a
            href={`/api/oidc/log-in?then=${encodeURIComponent(then ?? "/")}`}
            className="flex h-9 items-center justify-center rounded-md border border-line-strong font-medium hover:bg-sunken"
          >
            Log in with {provider.data.name}
          </a>
          <p className="my-4 flex items-center gap-3 text-xs text-faint before:h-px before:flex-1 before:bg-line after:h-px after:flex-1 after:bg-line">
            or
          </p>
        </>
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
