import { Toaster } from "sonner";
import { useShownTheme } from "@/app/theme";

export { toast } from "sonner";

/** Where short news appears: what was done, or what went wrong. */
export function Toasts() {
  return <Toaster theme={useShownTheme()} position="bottom-right" closeButton richColors={false} />;
}
