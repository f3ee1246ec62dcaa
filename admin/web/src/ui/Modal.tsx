import { X } from "lucide-react";
import { Dialog } from "radix-ui";
import type { ReactNode } from "react";
import { IconButton } from "./Button";
import { cx } from "./cx";

export const dialogBox =
  "fixed top-1/2 left-1/2 z-50 max-h-[calc(100vh-3rem)] w-[min(28rem,calc(100vw-2rem))] -translate-x-1/2 -translate-y-1/2 overflow-y-auto rounded-xl border border-line bg-raised p-5 shadow-2xl";

interface Props {
  open: boolean;
  /** Left out: it cannot be closed, only answered. */
  onOpenChange?: (open: boolean) => void;
  title: string;
  about?: ReactNode;
  children: ReactNode;
  wide?: boolean;
  /** As large as the window; what is inside fills it and scrolls by itself. */
  full?: boolean;
}

const fullBox = "top-4 left-4 flex h-[calc(100vh-2rem)] max-h-none w-[calc(100vw-2rem)] translate-none flex-col overflow-hidden p-0";

/** A dialog over the page; Escape and the cross close it. */
export function Modal({ open, onOpenChange, title, about, children, wide = false, full = false }: Props) {
  return (
    <Dialog.Root open={open} onOpenChange={(next) => onOpenChange?.(next)}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-40 bg-black/40" />
        <Dialog.Content
          {...(about ? {} : { "aria-describedby": undefined })}
          className={cx(dialogBox, wide && "w-[min(48rem,calc(100vw-2rem))]", full && fullBox)}
        >
          <div className={cx("flex items-start justify-between gap-4", full && "px-5 pt-4")}>
            <div>
              <Dialog.Title className="text-base font-semibold">{title}</Dialog.Title>
              {about && <Dialog.Description className="mt-1 text-muted">{about}</Dialog.Description>}
            </div>
            {onOpenChange && (
              <Dialog.Close asChild>
                <IconButton label="Close" className="-mt-1 -mr-1">
                  <X className="size-4" aria-hidden />
                </IconButton>
              </Dialog.Close>
            )}
          </div>
          <div className={full ? "mt-3 min-h-0 flex-1" : "mt-4"}>{children}</div>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
