/** Inviting somebody: the answer is a link to hand over, since Tandem sends no e-mail. */
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { api, Refusal, type Role, taken } from "@/api/client";
import { Button } from "@/ui/Button";
import { Field, Input, Select } from "@/ui/Field";
import { Modal } from "@/ui/Modal";
import type { LinkToGive } from "./LinkDialog";
import { ROLES, roleAbout } from "./roles";

interface Props {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  onInvited: (link: LinkToGive) => void;
}

export function InviteDialog({ open, onOpenChange, onInvited }: Props) {
  const [name, setName] = useState("");
  const [email, setEmail] = useState("");
  const [role, setRole] = useState<Role>("manager");
  const invite = useMutation({
    mutationFn: () => taken(api.POST("/people/invitations", { body: { name, email, role } })),
    onSuccess: (given) => {
      onInvited({ ...given, name, why: "join" });
      setName("");
      setEmail("");
    },
  });
  const wrong = invite.error instanceof Refusal ? invite.error.fields : {};
  return (
    <Modal
      open={open}
      onOpenChange={(next) => {
        invite.reset();
        onOpenChange(next);
      }}
      title="Invite somebody"
      about="They get a link that is good once, for a day, and choose their own password."
    >
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          invite.mutate();
        }}
      >
        <Field label="Name" error={wrong["name"]}>
          <Input required autoFocus value={name} onChange={(event) => setName(event.target.value)} />
        </Field>
        <Field label="E-mail" error={wrong["email"]}>
          <Input type="email" required value={email} onChange={(event) => setEmail(event.target.value)} />
        </Field>
        <Field label="Role" hint={roleAbout(role)}>
          <Select value={role} onChange={(event) => setRole(event.target.value as Role)}>
            {ROLES.map((each) => (
              <option key={each} value={each}>
                {each}
              </option>
            ))}
          </Select>
        </Field>
        {invite.error && (
          <p role="alert" className="text-bad">
            {invite.error.message}
          </p>
        )}
        <div className="flex justify-end">
          <Button type="submit" variant="primary" busy={invite.isPending}>
            Make the link
          </Button>
        </div>
      </form>
    </Modal>
  );
}
