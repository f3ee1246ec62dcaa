/** Calls that are up now, and the one that is looked at. */
import { Link, useSearch } from "@tanstack/react-router";
import { PhoneIncoming, WifiOff } from "lucide-react";
import { useEffect, useState, useSyncExternalStore } from "react";
import { Badge } from "@/ui/Badge";
import { cx } from "@/ui/cx";
import { Empty, LoadingRows, PageHead, Trouble } from "@/ui/Page";
import { CallCard } from "./CallCard";
import { CallPanel } from "./CallPanel";
import { type Feed, LiveStore } from "./liveStore";

export function LivePage() {
  const { call: chosen } = useSearch({ strict: false }) as { call?: unknown };
  const [store] = useState(() => new LiveStore());
  useEffect(() => store.follow(), [store]);
  const ids = useSyncExternalStore(store.subscribeList, store.ids);
  const feed = useSyncExternalStore(store.subscribeList, store.feedNow);
  const id = typeof chosen === "string" ? chosen : "";
  return (
    <>
      <PageHead title="Live" about={about(ids.length, feed)}>
        {feed.connection === "lost" && (
          <Badge tone="warn">
            <WifiOff className="size-3" aria-hidden /> Connecting again
          </Badge>
        )}
        {feed.connection === "open" && <Badge tone="good">Up to the second</Badge>}
      </PageHead>
      <div className="flex min-h-0 flex-1">
        <div
          className={cx(
            "min-h-0 overflow-y-auto px-6 py-5",
            id ? "hidden w-80 shrink-0 border-r border-line px-4 lg:block xl:w-88" : "flex-1",
          )}
        >
          {feed.error && <Trouble error={feed.error} retry={store.again} />}
          {!feed.known && !feed.error && <LoadingRows />}
          {feed.known && ids.length === 0 && <Nobody />}
          <ul aria-label="Calls now" className={cx("grid grid-cols-[minmax(0,1fr)] gap-3", !id && "md:grid-cols-[repeat(2,minmax(0,1fr))] 2xl:grid-cols-[repeat(3,minmax(0,1fr))]")}>
            {ids.map((each) => (
              <CallCard key={each} store={store} id={each} chosen={each === id} />
            ))}
          </ul>
        </div>
        {id && <CallPanel key={id} store={store} id={id} listKnown={feed.known} />}
      </div>
    </>
  );
}

function about(count: number, feed: Feed): string {
  if (!feed.known) return "Calls as they happen";
  return count === 1 ? "One call now" : `${count || "No"} calls now`;
}

function Nobody() {
  return (
    <Empty
      icon={PhoneIncoming}
      title="Nobody is on the line"
      action={
        <Link
          to="/phone"
          target="_blank"
          className="inline-flex h-8 items-center rounded-md bg-accent px-3 text-[13.5px] font-medium text-on-accent hover:bg-accent-hover"
        >
          Call from the Phone page
        </Link>
      }
    >
      Calls appear here the moment they begin. Place one from the Phone page in a second tab, or with{" "}
      <code className="font-mono text-[13px]">make call</code>.
    </Empty>
  );
}
