/** The sheet of keyboard shortcuts. */
import { Kbd } from "@/ui/Kbd";
import { Modal } from "@/ui/Modal";

const MOD = /Mac|iPhone|iPad/.test(navigator.userAgent) ? "⌘" : "Ctrl";
const SHEET: readonly (readonly [string, readonly (readonly [string, readonly string[]])[]])[] = [
  [
    "Edit",
    [
      ["Undo", [MOD, "Z"]],
      ["Redo", [MOD, "Shift", "Z"]],
      ["Copy the chosen steps", [MOD, "C"]],
      ["Paste, here or in another flow", [MOD, "V"]],
      ["Duplicate", [MOD, "D"]],
      ["Remove", ["Delete"]],
      ["Choose all", [MOD, "A"]],
      ["Save now", [MOD, "S"]],
    ],
  ],
  [
    "Canvas",
    [
      ["Add a step", ["A"]],
      ["Find a step", ["/"]],
      ["Show all", ["F"]],
      ["Lay out anew", ["L"]],
      ["Choose several", ["Shift", "drag"]],
      ["Next step", ["Tab"]],
      ["Move the chosen steps", ["←", "↑", "↓", "→"]],
      ["Choose nothing", ["Esc"]],
    ],
  ],
];

export function Shortcuts({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  return (
    <Modal open={open} onOpenChange={onOpenChange} title="Keyboard shortcuts" wide>
      <div className="grid gap-x-10 gap-y-6 sm:grid-cols-2">
        {SHEET.map(([title, rows]) => (
          <div key={title}>
            <h3 className="mb-2 text-xs font-semibold text-faint">{title}</h3>
            <dl className="flex flex-col gap-1.5">
              {rows.map(([what, keys]) => (
                <div key={what} className="flex items-center justify-between gap-4">
                  <dt>{what}</dt>
                  <dd className="flex gap-1">
                    {keys.map((key) => (
                      <Kbd key={key}>{key}</Kbd>
                    ))}
                  </dd>
                </div>
              ))}
            </dl>
          </div>
        ))}
      </div>
    </Modal>
  );
}
