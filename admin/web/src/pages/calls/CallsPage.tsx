/** Every call that was taken, to be searched and opened. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { History, SearchX } from "lucide-react";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { isTyping } from "@/app/goKeys";
import { Button } from "@/ui/Button";
import { Kbd } from "@/ui/Kbd";
import { Empty, LoadingRows, PageHead, Trouble } from "@/ui/Page";
import { callsQuery } from "./callQueries";
import { CallsTable, HEAD_PX, ROW_PX } from "./CallsTable";
import { FilterBar } from "./FilterBar";
import type { CallFilters } from "./filters";
import { useRows } from "./useRows";

export function CallsPage() {
  const filters = useSearch({ from: "/inside/calls" });
  const navigate = useNavigate();
  const found = useInfiniteQuery(callsQuery(filters));
  const calls = useMemo(() => found.data?.pages.flatMap((page) => page.rows) ?? [], [found.data]);
  const [chosen, setChosen] = useState(-1);
  const scroller = useRef<HTMLDivElement>(null);
  const body = useRef<HTMLDivElement>(null);
  const searchBox = useRef<HTMLInputElement>(null);
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = found;
  const nearEnd = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);
  const inSight = useRows(scroller, calls.length, ROW_PX, HEAD_PX, nearEnd);
  const change = useCallback(
    (changed: CallFilters) => {
      setChosen(-1);
      if (scroller.current) scroller.current.scrollTop = 0;
      void navigate({ to: "/calls", search: changed, replace: true });
    },
    [navigate],
  );

  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (isTyping(event.target) || event.metaKey || event.ctrlKey || event.altKey) return;
      if ((event.target as HTMLElement).closest("[role=dialog]")) return;
      const step = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 }[event.key];
      if (step !== undefined) {
        const next = Math.min(calls.length - 1, Math.max(0, chosen + step));
        setChosen(next);
        inSight.show(next);
      } else if (event.key === "Enter" && chosen >= 0 && !(event.target as HTMLElement).closest("a, button")) {
        const call = calls[chosen];
        if (call) void navigate({ to: "/calls/$callId", params: { callId: call.id } });
      } else if (event.key === "/") searchBox.current?.focus();
      else return;
      event.preventDefault();
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, [calls, chosen, inSight, navigate]);

  return (
    <>
      <PageHead title="Calls" about={<Told loaded={calls.length} more={hasNextPage} reading={found.isPending} />}>
        <span className="hidden items-center gap-1.5 text-xs text-faint lg:flex">
          <Kbd>j</Kbd> <Kbd>k</Kbd> choose <Kbd>↵</Kbd> open <Kbd>/</Kbd> search
        </span>
      </PageHead>
      <FilterBar filters={filters} onChange={change} searchBox={searchBox} />
      <div ref={scroller} data-scroll-restoration-id="calls" className="min-h-0 flex-1 overflow-y-auto" tabIndex={-1}>
        {found.error ? (
          <div className="p-6">
            <Trouble error={found.error} retry={() => void found.refetch()} />
          </div>
        ) : found.isPending ? (
          <LoadingRows rows={12} />
        ) : calls.length === 0 ? (
          <NoCalls filtered={Object.keys(filters).length > 0} onClear={() => change({})} />
        ) : (
          <>
            <CallsTable calls={calls} inSight={inSight} chosen={chosen} body={body} />
            {isFetchingNextPage && <LoadingRows rows={3} />}
            {!hasNextPage && <p className="px-6 py-4 text-xs text-faint">These are all.</p>}
          </>
        )}
      </div>
    </>
  );
}

function Told({ loaded, more, reading }: { loaded: number; more: boolean; reading: boolean }) {
  if (reading) return "Newest first";
  return <span role="status">{`${loaded.toLocaleString()}${more ? "+" : ""} ${loaded === 1 && !more ? "call" : "calls"}, newest first`}</span>;
}

function NoCalls({ filtered, onClear }: { filtered: boolean; onClear: () => void }) {
  return filtered ? (
    <Empty icon={SearchX} title="No call is like that" action={<Button onClick={onClear}>Clear the filters</Button>}>
      Take a filter away, or look at a longer time.
    </Empty>
  ) : (
    <Empty
      icon={History}
      title="No calls yet"
      action={
        <Link to="/phone" className="inline-flex h-8 items-center rounded-md bg-accent px-3 text-[13.5px] font-medium text-on-accent hover:bg-accent-hover">
          Call from this browser
        </Link>
      }
    >
      Every call leaves its tape here: what was said, heard and done, and how quickly. Place the first one yourself.
    </Empty>
  );
}
