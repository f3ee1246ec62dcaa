/** The editor's head: the flow's name, whether it is saved, and what one can do with all of it. */
import { Link } from "@tanstack/react-router";
import { ChevronLeft, Code, Download, EllipsisVertical, Keyboard, Play, Redo2, Undo2, Workflow } from "lucide-react";
import { DropdownMenu } from "radix-ui";
import { useState } from "react";
import { Button, IconButton } from "@/ui/Button";
import { menuBox, menuItem } from "@/ui/Menu";
import type { DraftStore, Snapshot } from "../draft/store";
import { PublishDialog } from "../versions/PublishDialog";
import { download, downloadPipecat } from "../versions/download";
import type { PanelTab } from "./SidePanel";
import { SaveState } from "./SaveState";

interface Props {
  name: string;
  title: string;
  store: DraftStore;
  snapshot: Snapshot;
  readOnly: boolean;
  problems: number;
  asText: boolean;
  onAsText: (asText: boolean) => void;
  onTab: (tab: PanelTab) => void;
  onHelp: () => void;
}

export function Head({ name, title, store, snapshot, readOnly, problems, asText, onAsText, onTab, onHelp }: Props) {
  const [publishing, setPublishing] = useState(false);
  const { past, future } = snapshot.history;
  return (
    <header className="flex min-h-12 items-center gap-2 border-b border-line bg-surface px-3">
      <Link to="/flows" aria-label="All flows" className="grid size-8 place-items-center rounded-md text-muted hover:bg-sunken hover:text-ink">
        <ChevronLeft className="size-4" aria-hidden />
      </Link>
      <div className="min-w-0">
        <h1 className="truncate text-[14px] font-semibold" title={title}>
          {title}
        </h1>
        <p className="truncate font-mono text-[11px] text-faint">{name}</p>
      </div>
      <div className="mx-2 shrink-0">
        <SaveState snapshot={snapshot} readOnly={readOnly} onSave={() => void store.flush()} />
      </div>
      <div className="ml-auto flex items-center gap-1">
        {!readOnly && (
          <>
            <IconButton label="Undo" disabled={past.length === 0} onClick={store.undo}>
              <Undo2 className="size-4" aria-hidden />
            </IconButton>
            <IconButton label="Redo" disabled={future.length === 0} onClick={store.redo}>
              <Redo2 className="size-4" aria-hidden />
            </IconButton>
          </>
        )}
        <IconButton label={asText ? "Show the canvas" : "Show as YAML"} aria-pressed={asText} disabled={snapshot.history.present.content === null} onClick={() => onAsText(!asText)}>
          {asText ? <Workflow className="size-4" aria-hidden /> : <Code className="size-4" aria-hidden />}
        </IconButton>
        <DropdownMenu.Root>
          <DropdownMenu.Trigger asChild>
            <IconButton label="More">
              <EllipsisVertical className="size-4" aria-hidden />
            </IconButton>
          </DropdownMenu.Trigger>
          <DropdownMenu.Portal>
            <DropdownMenu.Content align="end" className={menuBox}>
              <DropdownMenu.Item className={menuItem} onSelect={() => download(store.text(), `${name}.yaml`, "application/yaml")}>
                <Download className="size-4" aria-hidden /> Export as YAML
              </DropdownMenu.Item>
              <DropdownMenu.Item className={menuItem} onSelect={() => void downloadPipecat(name, store)}>
                <Download className="size-4" aria-hidden /> Export for pipecat
              </DropdownMenu.Item>
              <DropdownMenu.Item className={menuItem} onSelect={onHelp}>
                <Keyboard className="size-4" aria-hidden /> Keyboard shortcuts
              </DropdownMenu.Item>
            </DropdownMenu.Content>
          </DropdownMenu.Portal>
        </DropdownMenu.Root>
        <Button onClick={() => onTab("test")}>
          <Play className="size-3.5" aria-hidden /> Test
        </Button>
        {!readOnly && (
          <Button variant="primary" onClick={() => (problems > 0 ? onTab("problems") : setPublishing(true))}>
            {problems > 0 ? `${problems} ${problems === 1 ? "problem" : "problems"}` : "Publish"}
          </Button>
        )}
      </div>
      {publishing && <PublishDialog name={name} store={store} onClose={() => setPublishing(false)} onProblems={() => onTab("problems")} />}
    </header>
  );
}
