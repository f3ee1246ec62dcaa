/** What the pages have read from the API, kept and refreshed. */
import { QueryClient } from "@tanstack/react-query";
import { Refusal } from "@/api/client";

const MOST_RETRIES = 2;

export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      retry: (count, error) => count < MOST_RETRIES && !(error instanceof Refusal && error.status > 0),
    },
    mutations: { retry: false },
  },
});
