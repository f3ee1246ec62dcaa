/** Numbers: which number runs which flow, and whether its calls arrive. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Hash, Plus } from "lucide-react";
import { useState } from "react";
import { useMay } from "@/app/session";
import { Badge } from "@/ui/Badge";
import { Button } from "@/ui/Button";
import { Empty, LoadingRows, PageBody, PageHead, Trouble } from "@/ui/Page";
import { Table, Td, Th } from "@/ui/Table";
import { ago } from "@/ui/time";
import { sentence } from "./canary";
import { CheckDialog } from "./CheckDialog";
import { NumberDialog } from "./NumberDialog";
import { numberNamed, numbersQuery, OTHERS, type PhoneNumber } from "./queries";

export function NumbersPage() {
  const numbers = useQuery(numbersQuery);
  const manages = useMay("manager");
  const [editing, setEditing] = useState<PhoneNumber | "new" | null>(null);
  const [checking, setChecking] = useState<string | null>(null);
  const add = (
    <Button variant="primary" onClick={() => setEditing("new")}>
      <Plus className="size-4" aria-hidden /> Number
    </Button>
  );
  return (
    <>
      <PageHead title="Numbers" about="Which number runs which flow. A call stays on the version it began with.">
        {manages && numbers.data && numbers.data.length > 0 && add}
      </PageHead>
      <PageBody>
        {numbers.isPending && <LoadingRows />}
        {numbers.error && <Trouble error={numbers.error} retry={() => void numbers.refetch()} />}
        {numbers.data?.length === 0 && (
          <Empty icon={Hash} title="Every number runs the default flow" action={manages && add}>
            Give a number of yours a flow that you have published. “All other numbers” stands for the rest.
          </Empty>
        )}
        {numbers.data && numbers.data.length > 0 && (
          <Table label="Numbers">
            <thead>
              <tr>
                <Th>Number</Th>
                <Th>Label</Th>
                <Th>Flow</Th>
                <Th>Changed</Th>
                <Th>
                  <span className="sr-only">What can be done</span>
                </Th>
              </tr>
            </thead>
            <tbody>
              {numbers.data.map((each) => (
                <tr key={each.number}>
                  <Td className="tabular font-medium whitespace-nowrap">
                    {numberNamed(each.number)}
                  </Td>
                  <Td>{each.label}</Td>
                  <Td>
                    <Link
                      to="/flows/$name"
                      params={{ name: each.flow }}
                      className="font-medium text-accent-ink hover:underline"
                    >
                      {each.flow}
                      {each.runs !== null && `@${each.runs}`}
                    </Link>
                    {each.canary && (
                      <Badge
                        tone={each.canary.state === "withdrawn" ? "bad" : "accent"}
                        className="ml-2"
                        title={sentence(each.canary)}
                      >
                        {each.canary.state === "withdrawn"
                          ? `version ${each.canary.version} withdrawn`
                          : `${Math.round(each.canary.share * 100)} % try version ${each.canary.version}`}
                      </Badge>
                    )}
                  </Td>
                  <Td className="whitespace-nowrap text-muted">{ago(each.changed_at)}</Td>
                  <Td className="w-px">
                    {manages && (
                      <span className="flex gap-2">
                        {each.number !== OTHERS && (
                          <Button size="small" onClick={() => setChecking(each.number)}>
                            Check
                          </Button>
                        )}
                        <Button size="small" onClick={() => setEditing(each)}>
                          Edit
                        </Button>
                      </span>
                    )}
                  </Td>
                </tr>
              ))}
            </tbody>
          </Table>
        )}
      </PageBody>
      {editing && (
        <NumberDialog
          number={editing === "new" ? null : editing}
          taken={numbers.data?.map((each) => each.number) ?? []}
          onClose={() => setEditing(null)}
        />
      )}
      {checking && <CheckDialog number={checking} onClose={() => setChecking(null)} />}
    </>
  );
}
