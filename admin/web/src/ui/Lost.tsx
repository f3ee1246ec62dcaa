/** Pages for when there is no page. */
import { type ErrorComponentProps, Link } from "@tanstack/react-router";
import { Compass, TriangleAlert } from "lucide-react";
import { Button } from "./Button";
import { Empty } from "./Page";

export function NothingHere() {
  return (
    <Empty icon={Compass} title="Nothing at this address" action={<Link to="/" className="text-accent-ink underline">Go to the start</Link>}>
      It may have been renamed or removed.
    </Empty>
  );
}

export function Lost({ error, reset }: ErrorComponentProps) {
  return (
    <Empty icon={TriangleAlert} title="This page could not be shown" action={<Button onClick={reset}>Try again</Button>}>
      {error instanceof Error ? error.message : String(error)}
    </Empty>
  );
}
