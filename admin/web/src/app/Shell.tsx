/** The frame of every page behind the door: side bar, command palette, what ends a session. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, Outlet, useNavigate, useRouterState } from "@tanstack/react-router";
import { ChevronsUpDown, LogIn, LogOut, Monitor, Moon, Search, Sun } from "lucide-react";
import { DropdownMenu } from "radix-ui";
import { useEffect, useState } from "react";
import { api, taken } from "@/api/client";
import { cx } from "@/ui/cx";
import { Kbd } from "@/ui/Kbd";
import { menuBox, menuItem } from "@/ui/Menu";
import { CommandPalette } from "./CommandPalette";
import { PLACES, type Place } from "./places";
import { SessionOver } from "./SessionOver";
import { sessionQuery, useMay } from "./session";
import { applyTheme, type Theme, useChosenTheme } from "./theme";
import { useGoKeys } from "./goKeys";

export function Shell() {
  const [searching, setSearching] = useState(false);
  const known = useMay("viewer");
  useGoKeys();
  useEffect(() => {
    if (!known) return;
    const open = (event: KeyboardEvent) => {
      if ((event.metaKey || event.ctrlKey) && event.key.toLowerCase() === "k") {
        event.preventDefault();
        setSearching((before) => !before);
      }
    };
    addEventListener("keydown", open);
    return () => removeEventListener("keydown", open);
  }, [known]);
  return (
    <div className="flex h-full">
      <a
        href="#main"
        className="sr-only focus:not-sr-only focus:absolute focus:z-50 focus:m-2 focus:rounded focus:bg-accent focus:px-3 focus:py-2 focus:text-on-accent"
      >
        Skip to content
      </a>
      <nav
        aria-label="Main"
        className="flex w-14 shrink-0 flex-col border-r border-line bg-surface px-2 py-3 lg:w-56 lg:px-3"
      >
        <Link to="/" className="mb-4 flex items-center gap-2.5 rounded-md px-2 py-1">
          <img src="/icon.svg" alt="" className="size-6" />
          <span className="hidden text-[15px] font-semibold tracking-tight lg:inline">Tandem</span>
        </Link>
        <button
          type="button"
          hidden={!known}
          onClick={() => setSearching(true)}
          className="mb-4 flex h-8 items-center gap-2 rounded-md border border-line px-2 text-faint [&[hidden]]:hidden hover:border-line-strong hover:text-muted"
        >
          <Search className="size-4" aria-hidden />
          <span className="sr-only flex-1 text-left text-[13px] lg:not-sr-only">Search</span>
          <span className="hidden lg:inline" aria-hidden>
            <Kbd>⌘K</Kbd>
          </span>
        </button>
        <div className="flex flex-1 flex-col gap-5 overflow-y-auto">
          {PLACES.map((group) => (
            <ul key={group[0]?.to} className="flex flex-col gap-0.5">
              {group.map((place) => (
                <PlaceLink key={place.to} place={place} />
              ))}
            </ul>
          ))}
        </div>
        <Account />
      </nav>
      <main id="main" tabIndex={-1} className="relative flex min-w-0 flex-1 flex-col overflow-hidden outline-none">
        <Outlet />
      </main>
      <CommandPalette open={searching} onOpenChange={setSearching} />
      <SessionOver />
    </div>
  );
}

function PlaceLink({ place }: { place: Place }) {
  const may = useMay(place.least);
  const path = useRouterState({ select: (state) => state.location.pathname });
  if (!may) return null;
  const here = path === place.to || path.startsWith(`${place.to}/`);
  const Icon = place.icon;
  return (
    <li>
      <Link
        to={place.to}
        title={place.name}
        aria-current={here ? "page" : undefined}
        className={cx(
          "flex h-8 items-center justify-center gap-2.5 rounded-md px-2 text-[13.5px] lg:justify-start",
          here ? "bg-sunken font-medium text-ink" : "text-muted hover:bg-sunken hover:text-ink",
        )}
      >
        <Icon className={cx("size-4 shrink-0", here && "text-accent-ink")} aria-hidden />
        <span className="sr-only lg:not-sr-only">{place.name}</span>
      </Link>
    </li>
  );
}

function Account() {
  const { data: session } = useQuery(sessionQuery);
  const client = useQueryClient();
  const navigate = useNavigate();
  const theme = useChosenTheme();
  if (!session)
    return (
      <Link to="/log-in" search={{ then: "/phone" }} className="mt-auto flex h-8 items-center gap-2.5 rounded-md px-2 text-accent-ink hover:bg-sunken">
        <LogIn className="size-4 shrink-0" aria-hidden />
        <span className="sr-only lg:not-sr-only">Log in</span>
      </Link>
    );
  const logOut = async () => {
    await taken(api.DELETE("/session"));
    client.clear();
    await navigate({ to: "/log-in" });
  };
  return (
    <DropdownMenu.Root>
      <DropdownMenu.Trigger
        className="mt-3 flex items-center gap-2.5 rounded-md px-1.5 py-1.5 text-left hover:bg-sunken"
      >
        <span
          aria-hidden
          className="grid size-7 shrink-0 place-items-center rounded-full bg-accent-soft text-xs font-semibold text-accent-ink"
        >
          {initials(session.name)}
        </span>
        <span className="sr-only min-w-0 flex-1 lg:not-sr-only">
          <span className="block truncate text-[13px] font-medium">{session.name}</span>
          <span className="block text-xs capitalize text-faint">{session.role}</span>
        </span>
        <ChevronsUpDown className="hidden size-3.5 text-faint lg:block" aria-hidden />
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content side="top" align="start" sideOffset={6} className={menuBox}>
          <DropdownMenu.Label className="px-2 py-1.5 text-xs text-faint">{session.email}</DropdownMenu.Label>
          <DropdownMenu.RadioGroup value={theme} onValueChange={(value) => applyTheme(value as Theme)}>
            {THEMES.map(([value, name, Icon]) => (
              <DropdownMenu.RadioItem key={value} value={value} className={menuItem}>
                <Icon className="size-4" aria-hidden /> {name}
                <DropdownMenu.ItemIndicator className="ml-auto">✓</DropdownMenu.ItemIndicator>
              </DropdownMenu.RadioItem>
            ))}
          </DropdownMenu.RadioGroup>
          <DropdownMenu.Separator className="my-1 h-px bg-line" />
          <DropdownMenu.Item className={menuItem} onSelect={() => void logOut()}>
            <LogOut className="size-4" aria-hidden /> Log out
          </DropdownMenu.Item>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

const THEMES = [
  ["light", "Light", Sun],
  ["dark", "Dark", Moon],
  ["system", "As the system", Monitor],
] as const;

function initials(name: string): string {
  const words = name.split(/\s+/).filter(Boolean);
  return ((words[0]?.[0] ?? "?") + (words.length > 1 ? (words.at(-1)?.[0] ?? "") : "")).toUpperCase();
}
