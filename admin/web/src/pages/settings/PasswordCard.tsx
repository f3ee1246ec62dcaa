/** One's own password, and leaving every browser. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { api, Refusal, taken } from "@/api/client";
import { Button } from "@/ui/Button";
import { Field, Input } from "@/ui/Field";
import { Card } from "@/ui/Page";
import { toast } from "@/ui/Toasts";

export function PasswordCard() {
  const [current, setCurrent] = useState("");
  const [next, setNext] = useState("");
  const client = useQueryClient();
  const navigate = useNavigate();
  const change = useMutation({
    mutationFn: () => taken(api.PUT("/me/password", { body: { current, new: next } })),
    onSuccess: () => {
      toast.success("Your password is changed. Your other browsers are logged out.");
      setCurrent("");
      setNext("");
    },
  });
  const leave = useMutation({
    mutationFn: () => taken(api.DELETE("/sessions")),
    onSuccess: async () => {
      client.clear();
      await navigate({ to: "/log-in" });
    },
    onError: (error) => toast.error(error.message),
  });
  const wrong = change.error instanceof Refusal ? change.error.fields : {};
  return (
    <Card title="Your account">
      <form
        className="grid gap-4 p-4 sm:grid-cols-2"
        onSubmit={(event) => {
          event.preventDefault();
          change.mutate();
        }}
      >
        <Field label="Current password" error={wrong["current"]}>
          <Input
            type="password"
            autoComplete="current-password"
            required
            value={current}
            onChange={(event) => setCurrent(event.target.value)}
          />
        </Field>
        <Field label="New password" hint="12 characters at least." error={wrong["new"]}>
          <Input
            type="password"
            autoComplete="new-password"
            minLength={12}
            required
            value={next}
            onChange={(event) => setNext(event.target.value)}
          />
        </Field>
        <div className="flex flex-wrap items-center gap-3 sm:col-span-2">
          <Button type="submit" busy={change.isPending}>
            Change password
          </Button>
          <Button variant="quiet" busy={leave.isPending} onClick={() => leave.mutate()}>
            Log out everywhere
          </Button>
          {change.error && (
            <p role="alert" className="text-[13px] text-bad">
              {change.error.message}
            </p>
          )}
        </div>
      </form>
    </Card>
  );
}
