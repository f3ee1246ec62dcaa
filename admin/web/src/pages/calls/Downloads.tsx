/** The recording and the tape as files. */
import { useQueryClient } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { DropdownMenu } from "radix-ui";
import { Button } from "@/ui/Button";
import { menuBox, menuItem } from "@/ui/Menu";
import { toast } from "@/ui/Toasts";
import { audioAddress, type CallDetails, tapeQuery } from "./callQueries";

export function Downloads({ call }: { call: CallDetails }) {
  const client = useQueryClient();
  if (!call.has_tape && !call.has_recording) return null;
  const tape = async () => {
    try {
      const { raw } = await client.ensureQueryData(tapeQuery(call.id, call.ended_at !== null));
      const lines = raw.map((row) => `${JSON.stringify(row)}\n`);
      save(URL.createObjectURL(new Blob(lines, { type: "application/jsonl" })), `${call.id}.jsonl`);
    } catch (error) {
      toast.error(error instanceof Error ? error.message : String(error));
    }
  };
  return (
    <DropdownMenu.Root>
      <DropdownMenu.Trigger asChild>
        <Button>
          <Download className="size-4" aria-hidden /> Download
        </Button>
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content align="end" sideOffset={4} className={menuBox}>
          <DropdownMenu.Item
            className={menuItem}
            disabled={!call.has_recording}
            onSelect={() => save(audioAddress(call.id), `${call.id}.wav`)}
          >
            Recording <span className="ml-auto text-xs text-faint">WAV, stereo</span>
          </DropdownMenu.Item>
          {call.legs.map((leg) => (
            <DropdownMenu.Item
              key={leg}
              className={menuItem}
              disabled={!call.has_recording}
              onSelect={() => save(audioAddress(call.id, leg), `${call.id}-${leg}.wav`)}
            >
              Interpreted person {leg} <span className="ml-auto text-xs text-faint">WAV, stereo</span>
            </DropdownMenu.Item>
          ))}
          <DropdownMenu.Item className={menuItem} disabled={!call.has_tape} onSelect={() => void tape()}>
            Tape <span className="ml-auto text-xs text-faint">JSON lines</span>
          </DropdownMenu.Item>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

function save(address: string, name: string): void {
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  if (address.startsWith("blob:")) setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
