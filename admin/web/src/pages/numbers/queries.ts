/** What the Numbers page reads. */
import { queryOptions } from "@tanstack/react-query";
import { api, type Schemas, taken } from "@/api/client";

export type PhoneNumber = Schemas["Number"];
export const OTHERS = "default";

/** A number as it is shown. */
export function numberNamed(number: string): string {
  return number === OTHERS ? "All other numbers" : number;
}

export const numbersQuery = queryOptions({ queryKey: ["numbers"], queryFn: () => taken(api.GET("/numbers")) });
export const flowsQuery = queryOptions({
  queryKey: ["flows", "for numbers"],
  queryFn: () => taken(api.GET("/flows", { params: { query: { limit: 100 } } })),
});
