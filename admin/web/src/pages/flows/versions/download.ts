/** Files out of the browser. */
import { api, taken } from "@/api/client";
import { toast } from "@/ui/Toasts";
import type { DraftStore } from "../draft/store";

export function download(text: string, fileName: string, type: string): void {
  const address = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement("a");
  link.href = address;
  link.download = fileName;
  link.click();
  URL.revokeObjectURL(address);
}

/** The draft as pipecat's flow; tells what that does not say. */
export async function downloadPipecat(name: string, store: DraftStore): Promise<void> {
  try {
    if (!(await store.flush())) throw new Error(store.get().trouble || "The draft could not be saved, so it was not exported.");
    const { config, lost } = await taken(api.GET("/flows/{name}/draft/pipecat", { params: { path: { name } } }));
    download(`${JSON.stringify(config, null, 2)}\n`, `${name}.pipecat.json`, "application/json");
    if (lost.length > 0) toast.warning(`Exported. ${lost.length} things pipecat's flow does not say:`, { description: lost.join("\n"), duration: 20_000 });
  } catch (error) {
    toast.error(error instanceof Error ? error.message : String(error));
  }
}
