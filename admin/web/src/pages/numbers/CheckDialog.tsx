/** Whether a number's calls arrive: each thing that must hold, and a button for what can be mended from here. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { CircleCheck, CircleX, LoaderCircle } from "lucide-react";
import { api, taken } from "@/api/client";
import { useMay } from "@/app/session";
import { Button } from "@/ui/Button";
import { Modal } from "@/ui/Modal";
import { Trouble } from "@/ui/Page";

const NAMES: Record<string, string> = {
  account: "Account",
  number: "Number",
  webhook: "Webhook",
  address: "Address",
  signature: "Signature",
  media: "Media socket",
};

export function CheckDialog({ number, onClose }: { number: string; onClose: () => void }) {
  const owns = useMay("owner");
  const path = { number };
  const check = useQuery({
    queryKey: ["number check", number],
    queryFn: () => taken(api.POST("/numbers/{number}/check", { params: { path } })),
    gcTime: 0,
    staleTime: Infinity,
    retry: false,
  });
  const mend = useMutation({
    mutationFn: () => taken(api.POST("/numbers/{number}/webhook", { params: { path } })),
    onSuccess: () => check.refetch(),
  });
  return (
    <Modal open onOpenChange={onClose} title={`Do calls to ${number} arrive?`}>
      {check.isFetching && (
        <p role="status" className="flex items-center gap-2 py-6 text-muted">
          <LoaderCircle className="size-4 animate-spin" aria-hidden /> Asking Twilio, and our own address from outside…
        </p>
      )}
      {check.error && <Trouble error={check.error} />}
      {!check.isFetching && (
        <ul className="flex flex-col gap-3">
          {check.data?.map(({ what, well, sentence }) => (
            <li key={what} className="flex gap-3">
              {well ? (
                <CircleCheck className="mt-0.5 size-4 shrink-0 text-good" aria-label="Well" />
              ) : (
                <CircleX className="mt-0.5 size-4 shrink-0 text-bad" aria-label="Not well" />
              )}
              <div className="min-w-0 flex-1">
                <p className="font-medium">{NAMES[what] ?? what}</p>
                <p className="text-[13px] break-words text-muted">{sentence}</p>
                {what === "webhook" && !well && owns && (
                  <Button size="small" className="mt-2" busy={mend.isPending} onClick={() => mend.mutate()}>
                    Set it at Twilio
                  </Button>
                )}
              </div>
            </li>
          ))}
        </ul>
      )}
      {mend.data && !mend.data.well && <p className="mt-3 text-bad">{mend.data.sentence}</p>}
      <div className="mt-5 flex justify-end">
        <Button busy={check.isFetching} onClick={() => void check.refetch()}>
          Check again
        </Button>
      </div>
    </Modal>
  );
}
