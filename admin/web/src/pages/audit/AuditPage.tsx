/** Who changed what, when, with before and after. */
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Activity } from "lucide-react";
import { Fragment, useState } from "react";
import { api, type Schemas, taken } from "@/api/client";
import { Button } from "@/ui/Button";
import { Field, Select } from "@/ui/Field";
import { Empty, LoadingRows, PageBody, PageHead, Trouble } from "@/ui/Page";
import { Table, Td, Th } from "@/ui/Table";
import { moment } from "@/ui/time";
import { changesOf, sentenceOf } from "./changes";

const KINDS = ["flow", "number", "call", "tool", "setting", "person", "invitation", "password-link", "session"];

export function AuditPage() {
  const [kind, setKind] = useState("");
  const [person, setPerson] = useState("");
  const people = useQuery({ queryKey: ["people"], queryFn: () => taken(api.GET("/people")) });
  const entries = useInfiniteQuery({
    queryKey: ["audit", kind, person],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) =>
      taken(
        api.GET("/audit", {
          params: {
            query: {
              ...(kind && { kind }),
              ...(person && { person }),
              ...(pageParam && { cursor: pageParam }),
            },
          },
        }),
      ),
    getNextPageParam: (page) => page.next ?? undefined,
  });
  const rows = entries.data?.pages.flatMap((page) => page.rows) ?? [];
  return (
    <>
      <PageHead title="Changes" about="Everything that was changed, by whom, with before and after.">
        <Field label="Kind" hideLabel>
          <Select value={kind} onChange={(event) => setKind(event.target.value)}>
            <option value="">Every kind</option>
            {KINDS.map((each) => (
              <option key={each}>{each}</option>
            ))}
          </Select>
        </Field>
        <Field label="Person" hideLabel>
          <Select value={person} onChange={(event) => setPerson(event.target.value)}>
            <option value="">Everybody</option>
            {people.data?.map((each) => (
              <option key={each.id} value={each.id}>
                {each.name}
              </option>
            ))}
          </Select>
        </Field>
      </PageHead>
      <PageBody>
        {entries.isPending && <LoadingRows />}
        {entries.error && <Trouble error={entries.error} retry={() => void entries.refetch()} />}
        {entries.data && rows.length === 0 && (
          <Empty icon={Activity} title="No such change">
            Changes of flows, numbers, people and settings appear here as they are made.
          </Empty>
        )}
        {rows.length > 0 && (
          <Table label="Changes">
            <thead>
              <tr>
                <Th>When</Th>
                <Th>Who</Th>
                <Th>What</Th>
                <Th>From</Th>
                <Th>
                  <span className="sr-only">Before and after</span>
                </Th>
              </tr>
            </thead>
            <tbody>
              {rows.map((entry) => (
                <Entry key={entry.id} entry={entry} />
              ))}
            </tbody>
          </Table>
        )}
        {entries.hasNextPage && (
          <div className="mt-4 flex justify-center">
            <Button busy={entries.isFetchingNextPage} onClick={() => void entries.fetchNextPage()}>
              Earlier changes
            </Button>
          </div>
        )}
      </PageBody>
    </>
  );
}

function Entry({ entry }: { entry: Schemas["AuditEntry"] }) {
  const [open, setOpen] = useState(false);
  const changes = changesOf(entry.before ?? null, entry.after ?? null);
  return (
    <Fragment>
      <tr>
        <Td className="tabular whitespace-nowrap text-muted">{moment(entry.at)}</Td>
        <Td>{entry.person_email ?? "Tandem itself"}</Td>
        <Td>{sentenceOf(entry)}</Td>
        <Td className="text-muted">{entry.address}</Td>
        <Td className="w-px">
          {changes.length > 0 && (
            <Button size="small" variant="quiet" aria-expanded={open} onClick={() => setOpen(!open)}>
              {open ? "Hide" : "Show"}
            </Button>
          )}
        </Td>
      </tr>
      {open && (
        <tr>
          <td colSpan={5} className="border-b border-line bg-canvas px-4 py-3">
            <table className="w-full table-fixed text-[13px]">
              <thead>
                <tr className="text-left text-xs text-faint">
                  <th scope="col" className="w-40 pb-1 font-medium">
                    Field
                  </th>
                  <th scope="col" className="pb-1 font-medium">
                    Before
                  </th>
                  <th scope="col" className="pb-1 font-medium">
                    After
                  </th>
                </tr>
              </thead>
              <tbody>
                {changes.map(({ field, before, after }) => (
                  <tr key={field} className="align-top">
                    <th scope="row" className="py-1 pr-4 text-left font-medium">
                      {field}
                    </th>
                    <td className="py-1 pr-4 break-words whitespace-pre-wrap text-bad">{before}</td>
                    <td className="py-1 break-words whitespace-pre-wrap text-good">{after}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </td>
        </tr>
      )}
    </Fragment>
  );
}
