/** Which days are looked at: the last 7, 30 or 90, or from one to another. */
import { CalendarRange } from "lucide-react";
import { Popover } from "radix-ui";
import { useState } from "react";
import { Button } from "@/ui/Button";
import { cx } from "@/ui/cx";
import { Field, Input } from "@/ui/Field";
import { dayOf } from "@/ui/time";
import { type InsightsSearch, SPANS_DAYS, USUAL_DAYS } from "./range";

interface Props {
  search: InsightsSearch;
  onChange: (search: InsightsSearch) => void;
}

export function RangePicker({ search, onChange }: Props) {
  const own = Boolean(search.from && search.to);
  const days = own ? null : (search.days ?? USUAL_DAYS);
  const { from: _from, to: _to, days: _days, ...rest } = search;
  return (
    <div role="group" aria-label="Days" className="flex items-center rounded-md border border-line bg-surface p-0.5">
      {SPANS_DAYS.map((each) => (
        <button
          key={each}
          type="button"
          aria-pressed={days === each}
          onClick={() => onChange({ ...rest, ...(each !== USUAL_DAYS && { days: each }) })}
          className={cx("h-7 rounded px-2.5 text-[13px]", days === each ? "bg-sunken font-medium text-ink" : "text-muted hover:text-ink")}
        >
          {each} days
        </button>
      ))}
      <OwnDays search={search} onChange={(from, to) => onChange({ ...rest, from, to })} own={own} />
    </div>
  );
}

function OwnDays({ search, onChange, own }: { search: InsightsSearch; onChange: (from: string, to: string) => void; own: boolean }) {
  const [open, setOpen] = useState(false);
  const [from, setFrom] = useState(search.from ?? "");
  const [to, setTo] = useState(search.to ?? "");
  const wrong = from && to && from > to ? "The last day is before the first." : undefined;
  return (
    <Popover.Root open={open} onOpenChange={setOpen}>
      <Popover.Trigger
        aria-pressed={own}
        className={cx("flex h-7 items-center gap-1.5 rounded px-2.5 text-[13px]", own ? "bg-sunken font-medium text-ink" : "text-muted hover:text-ink")}
      >
        <CalendarRange className="size-3.5" aria-hidden />
        {own ? `${dayOf(`${search.from}T12:00:00`)} – ${dayOf(`${search.to}T12:00:00`)}` : "Other days"}
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content align="end" sideOffset={6} className="z-40 w-64 rounded-xl border border-line bg-raised p-4 shadow-2xl">
          <form
            className="flex flex-col gap-3"
            onSubmit={(event) => {
              event.preventDefault();
              if (!from || !to || wrong) return;
              onChange(from, to);
              setOpen(false);
            }}
          >
            <Field label="From">
              <Input type="date" required value={from} onChange={(event) => setFrom(event.target.value)} />
            </Field>
            <Field label="To, with that day" error={wrong}>
              <Input type="date" required value={to} onChange={(event) => setTo(event.target.value)} />
            </Field>
            <Button type="submit" variant="primary" disabled={Boolean(wrong)}>
              Look at these days
            </Button>
          </form>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
