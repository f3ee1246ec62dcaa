/** "g" and a letter go to a place, as the command palette shows them. */
import { useNavigate } from "@tanstack/react-router";
import { useEffect } from "react";
import { PLACES } from "./places";

const WAIT_MS = 1_000;

export function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName))
  );
}

export function useGoKeys(): void {
  const navigate = useNavigate();
  useEffect(() => {
    let since = -Infinity;
    const press = (event: KeyboardEvent) => {
      if (isTyping(event.target) || event.metaKey || event.ctrlKey || event.altKey) return;
      if (event.key === "g") {
        since = event.timeStamp;
        return;
      }
      const place = PLACES.flat().find((each) => each.key === event.key);
      if (place && event.timeStamp - since < WAIT_MS) {
        event.preventDefault();
        void navigate({ to: place.to });
      }
      since = -Infinity;
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, [navigate]);
}
