/** People: who there is, in which role, invitations, who may still log in. */
import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { MoreHorizontal, UserPlus } from "lucide-react";
import { DropdownMenu } from "radix-ui";
import { useState } from "react";
import { api, type Schemas, taken } from "@/api/client";
import { sessionQuery, useMay } from "@/app/session";
import { Badge } from "@/ui/Badge";
import { Button, IconButton } from "@/ui/Button";
import { menuBox, menuItem } from "@/ui/Menu";
import { LoadingRows, PageBody, PageHead, Trouble } from "@/ui/Page";
import { Table, Td, Th } from "@/ui/Table";
import { ago } from "@/ui/time";
import { toast } from "@/ui/Toasts";
import { InviteDialog } from "./InviteDialog";
import { LinkDialog, type LinkToGive } from "./LinkDialog";
import { ROLES, roleAbout } from "./roles";

type Person = Schemas["Person"];

const peopleQuery = queryOptions({ queryKey: ["people"], queryFn: () => taken(api.GET("/people")) });

export function PeoplePage() {
  const people = useQuery(peopleQuery);
  const owns = useMay("owner");
  const [inviting, setInviting] = useState(false);
  const [link, setLink] = useState<LinkToGive | null>(null);
  return (
    <>
      <PageHead title="People" about="Who may see, answer, change and own what.">
        {owns && (
          <Button variant="primary" onClick={() => setInviting(true)}>
            <UserPlus className="size-4" aria-hidden /> Invite
          </Button>
        )}
      </PageHead>
      <PageBody>
        {people.isPending && <LoadingRows />}
        {people.error && <Trouble error={people.error} retry={() => void people.refetch()} />}
        {people.data && (
          <Table label="People">
            <thead>
              <tr>
                <Th>Name</Th>
                <Th>E-mail</Th>
                <Th>Role</Th>
                <Th>Here since</Th>
                <Th>
                  <span className="sr-only">What can be done</span>
                </Th>
              </tr>
            </thead>
            <tbody>
              {people.data.map((person) => (
                <PersonRow key={person.id} person={person} owns={owns} onLink={setLink} />
              ))}
            </tbody>
          </Table>
        )}
        <dl className="mt-6 grid max-w-3xl gap-x-8 gap-y-2 text-[13px] sm:grid-cols-[6rem_1fr]">
          {ROLES.map((role) => (
            <div key={role} className="contents">
              <dt className="font-medium capitalize">{role}</dt>
              <dd className="text-muted">{roleAbout(role)}</dd>
            </div>
          ))}
        </dl>
      </PageBody>
      <InviteDialog
        open={inviting}
        onOpenChange={setInviting}
        onInvited={(given) => {
          setInviting(false);
          setLink(given);
        }}
      />
      <LinkDialog link={link} onClose={() => setLink(null)} />
    </>
  );
}

interface RowProps {
  person: Person;
  owns: boolean;
  onLink: (link: LinkToGive) => void;
}

function PersonRow({ person, owns, onLink }: RowProps) {
  const { data: session } = useQuery(sessionQuery);
  const client = useQueryClient();
  const change = useMutation({
    mutationFn: (body: Schemas["PersonChange"]) =>
      taken(api.PATCH("/people/{person_id}", { params: { path: { person_id: person.id } }, body })),
    onSuccess: () => client.invalidateQueries({ queryKey: peopleQuery.queryKey }),
    onError: (error) => toast.error(error.message),
  });
  const newPassword = useMutation({
    mutationFn: () =>
      taken(api.POST("/people/{person_id}/password-link", { params: { path: { person_id: person.id } } })),
    onSuccess: (given) => onLink({ ...given, name: person.name, why: "choose a new password" }),
    onError: (error) => toast.error(error.message),
  });
  const self = session?.person_id === person.id;
  return (
    <tr className={person.active ? undefined : "text-faint"}>
      <Td className="font-medium">
        {person.name} {self && <span className="font-normal text-faint">(you)</span>}
      </Td>
      <Td>{person.email}</Td>
      <Td>
        <Badge tone={person.role === "owner" ? "accent" : "plain"}>{person.role}</Badge>
        {!person.active && (
          <Badge tone="warn" className="ml-2">
            may not log in
          </Badge>
        )}
      </Td>
      <Td className="text-muted">{ago(person.created_at)}</Td>
      <Td className="w-px">
        {owns && (
          <DropdownMenu.Root>
            <DropdownMenu.Trigger asChild>
              <IconButton label={`What can be done about ${person.name}`} busy={change.isPending}>
                <MoreHorizontal className="size-4" aria-hidden />
              </IconButton>
            </DropdownMenu.Trigger>
            <DropdownMenu.Portal>
              <DropdownMenu.Content align="end" className={menuBox}>
                <DropdownMenu.Label className="px-2 py-1 text-xs text-faint">Role</DropdownMenu.Label>
                <DropdownMenu.RadioGroup
                  value={person.role}
                  onValueChange={(role) => change.mutate({ role: role as Schemas["Role"] })}
                >
                  {ROLES.map((role) => (
                    <DropdownMenu.RadioItem key={role} value={role} className={`${menuItem} capitalize`}>
                      {role}
                      <DropdownMenu.ItemIndicator className="ml-auto">✓</DropdownMenu.ItemIndicator>
                    </DropdownMenu.RadioItem>
                  ))}
                </DropdownMenu.RadioGroup>
                <DropdownMenu.Separator className="my-1 h-px bg-line" />
                <DropdownMenu.Item className={menuItem} onSelect={() => newPassword.mutate()}>
                  Link for a new password…
                </DropdownMenu.Item>
                <DropdownMenu.Item className={menuItem} onSelect={() => change.mutate({ active: !person.active })}>
                  {person.active ? "Let them log in no more" : "Let them log in again"}
                </DropdownMenu.Item>
              </DropdownMenu.Content>
            </DropdownMenu.Portal>
          </DropdownMenu.Root>
        )}
      </Td>
    </tr>
  );
}
