/** Pages for when there is no page. */
import { useQueryClient } from "@tanstack/react-query";
import { type ErrorComponentProps, Link, useRouter } from "@tanstack/react-router";
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

/** In the place of the page that failed; the side bar and other pages go on. */
export function Lost({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  const client = useQueryClient();
  const again = () => {
    client.removeQueries({ type: "inactive" }); // what was read may be what it failed over
    void router.invalidate();
    reset();
  };
  return (
    <div role="alert">
      <Empty
        icon={TriangleAlert}
        title="This page could not be shown"
        action={
          <div className="flex items-center gap-4">
            <Button variant="primary" onClick={again}>
              Try again
            </Button>
            <Link to="/" className="text-accent-ink underline">
              Go to the start
            </Link>
          </div>
        }
      >
        Unsaved work is kept in this browser. What went wrong: <span className="break-words">{error instanceof Error ? error.message : String(error)}</span>
      </Empty>
    </div>
  );
}
