import { type ClassValue, clsx } from "clsx";
import { twMerge } from "tailwind-merge";

/** Join class names; of two that say the same, the later counts. */
export function cx(...names: ClassValue[]): string {
  return twMerge(clsx(names));
}
