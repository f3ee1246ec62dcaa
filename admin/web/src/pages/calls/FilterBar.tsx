/** What calls are looked for by: a search, a menu of everything else, and what is asked for now in words. */
import { useQuery } from "@tanstack/react-query";
import { Search, SlidersHorizontal, X } from "lucide-react";
import { Popover } from "radix-ui";
import { type ReactNode, type RefObject, useEffect, useId, useState } from "react";
import { api, taken } from "@/api/client";
import { Button } from "@/ui/Button";
import { Field, Input, Select } from "@/ui/Field";
import { type CallFilters, changed, chipsOf, ENDING_NAMES, ENDINGS, type Ending, without } from "./filters";
import { OUTCOME_NAMES } from "./tape/wording";

interface Props {
  filters: CallFilters;
  onChange: (filters: CallFilters) => void;
  searchBox: RefObject<HTMLInputElement | null>;
}

const TYPING_MS = 250;

export function FilterBar({ filters, onChange, searchBox }: Props) {
  const chips = chipsOf(without(filters, "search"));
  return (
    <div className="flex flex-wrap items-center gap-2 border-b border-line bg-surface px-6 py-2.5">
      <SearchBox filters={filters} onChange={onChange} box={searchBox} />
      <Popover.Root>
        <Popover.Trigger asChild>
          <Button>
            <SlidersHorizontal className="size-4" aria-hidden /> Filter
          </Button>
        </Popover.Trigger>
        <Popover.Portal>
          <Popover.Content
            align="start"
            sideOffset={6}
            className="z-40 grid max-h-[70vh] w-[min(34rem,calc(100vw-2rem))] grid-cols-2 gap-x-4 gap-y-3 overflow-y-auto rounded-xl border border-line bg-raised p-4 shadow-2xl"
          >
            <Filters filters={filters} onChange={onChange} />
          </Popover.Content>
        </Popover.Portal>
      </Popover.Root>
      <ul aria-label="Filters in use" className="contents">
        {chips.map((chip) => (
          <li key={chip.names.join()}>
            <button
              type="button"
              onClick={() => onChange(without(filters, ...chip.names))}
              aria-label={`Remove filter: ${chip.text}`}
              className="flex h-7 items-center gap-1.5 rounded-full bg-accent-soft pr-1.5 pl-2.5 text-[12.5px] font-medium text-accent-ink hover:bg-sunken"
            >
              {chip.text} <X className="size-3.5" aria-hidden />
            </button>
          </li>
        ))}
      </ul>
      {chips.length > 1 && (
        <Button variant="quiet" size="small" onClick={() => onChange({})}>
          Clear all
        </Button>
      )}
    </div>
  );
}

function SearchBox({ filters, onChange, box }: { filters: CallFilters; onChange: Props["onChange"]; box: Props["searchBox"] }) {
  const [text, setText] = useState(filters.search ?? "");
  useEffect(() => setText(filters.search ?? ""), [filters.search]);
  useEffect(() => {
    if (text.trim() === (filters.search ?? "")) return;
    const waiting = setTimeout(() => onChange(changed(filters, { search: text.trim() || undefined })), TYPING_MS);
    return () => clearTimeout(waiting);
  }, [text, filters, onChange]);
  return (
    <div className="relative w-72">
      <Search className="pointer-events-none absolute top-2 left-2.5 size-4 text-faint" aria-hidden />
      <Input
        ref={box}
        type="search"
        aria-label="Search by number or call"
        placeholder="Number or call, from its beginning"
        className="pl-8"
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Escape") event.currentTarget.blur();
        }}
      />
    </div>
  );
}

function Filters({ filters, onChange }: Omit<Props, "searchBox">) {
  const set = (change: Parameters<typeof changed>[1]) => onChange(changed(filters, change));
  const flows = useQuery({
    queryKey: ["flows", "filter"],
    queryFn: () => taken(api.GET("/flows", { params: { query: { limit: 200 } } })),
  });
  const flowNames = useId();
  return (
    <>
      <Field label="From">
        <Input type="date" value={dateOf(filters.since)} onChange={(event) => set({ since: dayStart(event.target.value, 0) })} />
      </Field>
      <Field label="To, with that day">
        <Input type="date" value={dateOf(filters.until, -1)} onChange={(event) => set({ until: dayStart(event.target.value, 1) })} />
      </Field>
      <Field label="Flow" hint="A name, or name@version">
        <Typed value={filters.flow} onCommit={(flow) => set({ flow })} list={flowNames} />
      </Field>
      <datalist id={flowNames}>
        {flows.data?.rows.map((flow) => <option key={flow.name} value={flow.name} />)}
      </datalist>
      <Field label="Number" hint="Of either side, whole">
        <Typed value={filters.number} onCommit={(number) => set({ number })} />
      </Field>
      <Choice
        label="Outcome"
        value={filters.outcome?.[0]}
        onChange={(outcome) => set({ outcome: outcome ? [outcome] : undefined })}
        options={OUTCOME_NAMES}
      />
      <Choice
        label="What became of it"
        value={filters.ending?.[0]}
        onChange={(ending) => set({ ending: ending ? [ending as Ending] : undefined })}
        options={ENDINGS.map((ending) => [ending, ENDING_NAMES[ending]] as const)}
      />
      <Field label="Words said">
        <Typed value={filters.said} onCommit={(said) => set({ said, ...(!said && { said_by: undefined }) })} />
      </Field>
      <Choice
        label="Said by"
        value={filters.said_by}
        onChange={(side) => set({ said_by: side as CallFilters["said_by"] })}
        options={[
          ["caller", "The caller"],
          ["agent", "The agent"],
        ]}
        any="Either"
      />
      <Field label="A response slower than, s">
        <Typed
          type="number"
          value={filters.slower_than_ms === undefined ? undefined : String(filters.slower_than_ms / 1_000)}
          onCommit={(text) => set({ slower_than_ms: text ? Math.round(Number(text) * 1_000) : undefined })}
        />
      </Field>
      <Field label="Language" hint="A tag like es-MX">
        <Typed value={filters.language} onCommit={(language) => set({ language })} />
      </Field>
      <YesNo label="A tool failed" value={filters.tool_failed} onChange={(tool_failed) => set({ tool_failed })} />
      <YesNo label="Interrupted" value={filters.interrupted} onChange={(interrupted) => set({ interrupted })} />
      <Choice
        label="Satisfaction"
        value={filters.satisfaction_to === undefined ? filters.satisfaction_from?.toString() : `-${filters.satisfaction_to}`}
        onChange={(chosen) =>
          set({
            satisfaction_from: chosen && !chosen.startsWith("-") ? Number(chosen) : undefined,
            satisfaction_to: chosen?.startsWith("-") ? Number(chosen.slice(1)) : undefined,
          })
        }
        options={[
          ["4", "4 and 5: content"],
          ["-2", "1 and 2: not content"],
          ["1", "Any rating"],
        ]}
      />
      <YesNo label="Ran a draft" value={filters.drafts} onChange={(drafts) => set({ drafts })} />
    </>
  );
}

/** A field that counts when it is left, or at Enter. */
function Typed({
  value,
  onCommit,
  type = "text",
  list,
}: {
  value: string | undefined;
  onCommit: (value: string | undefined) => void;
  type?: string;
  list?: string;
}) {
  const [text, setText] = useState(value ?? "");
  useEffect(() => setText(value ?? ""), [value]);
  const commit = () => {
    if (text.trim() !== (value ?? "")) onCommit(text.trim() || undefined);
  };
  return (
    <Input
      type={type}
      {...(type === "number" && { min: 0, step: "any" })}
      {...(list && { list })}
      value={text}
      onChange={(event) => setText(event.target.value)}
      onBlur={commit}
      onKeyDown={(event) => {
        if (event.key === "Enter") commit();
      }}
    />
  );
}

interface ChoiceProps {
  label: string;
  value: string | undefined;
  onChange: (value: string | undefined) => void;
  options: readonly (readonly [string, ReactNode])[];
  any?: string;
}

function Choice({ label, value, onChange, options, any = "Any" }: ChoiceProps) {
  return (
    <Field label={label}>
      <Select value={value ?? ""} onChange={(event) => onChange(event.target.value || undefined)}>
        <option value="">{any}</option>
        {options.map(([option, name]) => (
          <option key={option} value={option}>
            {name}
          </option>
        ))}
      </Select>
    </Field>
  );
}

function YesNo({ label, value, onChange }: { label: string; value: boolean | undefined; onChange: (value: boolean | undefined) => void }) {
  return (
    <Choice
      label={label}
      value={value === undefined ? undefined : String(value)}
      onChange={(chosen) => onChange(chosen === undefined ? undefined : chosen === "true")}
      options={[
        ["true", "Yes"],
        ["false", "No"],
      ]}
    />
  );
}

/** The day of a moment as a date field has it; `shift` 1 ms earlier for an end that is not within. */
function dateOf(moment: string | undefined, shift = 0): string {
  if (!moment) return "";
  const date = new Date(Date.parse(moment) + shift);
  const two = (value: number) => String(value).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

function dayStart(date: string, days: number): string | undefined {
  const [year, month, day] = date.split("-").map(Number);
  return year && month && day ? new Date(year, month - 1, day + days).toISOString() : undefined;
}
