/** Talk to any flow from the browser. */
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useState, useSyncExternalStore } from "react";
import { NoMicrophone, type MicrophoneTrouble } from "@/audio/microphone";
import { Badge } from "@/ui/Badge";
import { PageBody, PageHead } from "@/ui/Page";
import { Timer } from "./CallBar";
import { CallView } from "./CallView";
import { choiceIn } from "./choice";
import { Dial } from "./Dial";
import { type Choice, PhoneCall } from "./phoneCall";

export function PhonePage() {
  const search = useSearch({ from: "/inside/phone" });
  const navigate = useNavigate();
  const [call] = useState(() => new PhoneCall());
  const state = useSyncExternalStore(call.subscribe, call.current);
  const [trouble, setTrouble] = useState<MicrophoneTrouble | null>(null);
  useEffect(() => () => void call.reset(), [call]); // leaving the page hangs up: no microphone stays open unseen

  const choose = (choice: Partial<Choice>) => void navigate({ to: "/phone", search: choiceIn({ ...choice }), replace: true });
  const begin = async (choice: Choice, speaks: boolean) => {
    setTrouble(null);
    try {
      await call.call(choice, speaks);
    } catch (error) {
      setTrouble(error instanceof NoMicrophone ? error.trouble : "unknown");
    }
  };
  const idle = state.phase === "idle";
  return (
    <>
      <PageHead title="Phone" about={idle ? "Talk to an agent from this browser" : state.flow || "Calling"}>
        {state.phase === "talking" && (
          <>
            <Badge tone="good">On the line</Badge>
            <Timer read={call.lastedMs} />
          </>
        )}
      </PageHead>
      {idle ? (
        <PageBody className="grid content-center">
          <Dial choice={search} onChoose={choose} onCall={(...all) => void begin(...all)} trouble={trouble} />
        </PageBody>
      ) : (
        <CallView call={call} state={state} onAgain={() => void call.reset()} />
      )}
    </>
  );
}
