/** Who is logged in. */
import { queryOptions, useQuery } from "@tanstack/react-query";
import { api, Refusal, type Role, type Session, setCsrfToken, taken } from "@/api/client";
import { queries } from "./queries";

/** The session, or null when nobody is logged in. */
export const sessionQuery = queryOptions<Session | null>({
  queryKey: ["session"],
  staleTime: 60_000,
  queryFn: async () => {
    try {
      return begun(await taken(api.GET("/session")));
    } catch (error) {
      if (error instanceof Refusal && error.status === 401) return null;
      throw error;
    }
  },
});

/** A session that has just begun, or has been read. */
export function begun(session: Session): Session {
  setCsrfToken(session.csrf_token);
  queries.setQueryData(sessionQuery.queryKey, session);
  return session;
}

const ORDER: readonly Role[] = ["viewer", "agent", "manager", "owner"];

/** Whether who is logged in may do what takes this role. */
export function useMay(least: Role): boolean {
  const { data } = useQuery(sessionQuery);
  return data ? ORDER.indexOf(data.role) >= ORDER.indexOf(least) : false;
}
