/**
 * When the session ends while somebody works: a dialog to log in over the page, so that what is on it stays.
 */
import { useMutation, useQuery } from "@tanstack/react-query";
import { Dialog } from "radix-ui";
import { useEffect, useState } from "react";
import { api, taken, whenSessionIsOver } from "@/api/client";
import { Button } from "@/ui/Button";
import { Field, Input } from "@/ui/Field";
import { dialogBox } from "@/ui/Modal";
import { queries } from "./queries";
import { begun, sessionQuery } from "./session";

export function SessionOver() {
  const [over, setOver] = useState(false);
  const { data: session } = useQuery(sessionQuery);
  const [password, setPassword] = useState("");
  useEffect(() => whenSessionIsOver(() => setOver(Boolean(queries.getQueryData(sessionQuery.queryKey)))), []);
  const logIn = useMutation({
    mutationFn: () => taken(api.POST("/session", { body: { email: session?.email ?? "", password } })),
    onSuccess: (again) => {
      begun(again);
      setOver(false);
      setPassword("");
      void queries.invalidateQueries();
    },
  });
  return (
    <Dialog.Root open={over}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-50 bg-black/40" />
        <Dialog.Content className={dialogBox} onEscapeKeyDown={(event) => event.preventDefault()}>
          <Dialog.Title className="text-base font-semibold">Your session is over</Dialog.Title>
          <Dialog.Description className="mt-1 text-muted">
            Log in again as {session?.email ?? "yourself"}; what you were doing stays as it is.
          </Dialog.Description>
          <form
            className="mt-4 flex flex-col gap-4"
            onSubmit={(event) => {
              event.preventDefault();
              logIn.mutate();
            }}
          >
            <Field label="Password" error={logIn.error?.message}>
              <Input
                type="password"
                autoComplete="current-password"
                autoFocus
                required
                value={password}
                onChange={(event) => setPassword(event.target.value)}
              />
            </Field>
            <div className="flex justify-end gap-2">
              <Button variant="quiet" onClick={() => location.assign("/log-in")}>
                As somebody else
              </Button>
              <Button type="submit" variant="primary" busy={logIn.isPending}>
                Log in
              </Button>
            </div>
          </form>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
