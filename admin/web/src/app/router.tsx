/** Which address shows which page. Each page is its own file, loaded when it is first opened. */
import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from "@tanstack/react-router";
import { api } from "@/api/client";
import { queries } from "./queries";
import { sessionQuery } from "./session";
import { Shell } from "./Shell";
import { filtersOf } from "@/pages/calls/filters";
import { insightsSearchOf } from "@/pages/insights/range";
import { choiceIn } from "@/pages/phone/choice";
import { Lost, NothingHere } from "@/ui/Lost";

const root = createRootRoute({ component: Outlet, notFoundComponent: NothingHere, errorComponent: Lost });

/** Everything one must be logged in for, and the Phone where one need not be. */
const inside = createRoute({
  getParentRoute: () => root,
  id: "inside",
  component: Shell,
  errorComponent: Lost,
  beforeLoad: async ({ location }) => {
    const session = await queries.ensureQueryData(sessionQuery);
    if (session || (location.pathname === "/phone" && (await mayCallWithoutAccount()))) return;
    throw redirect({ to: "/log-in", search: { then: location.href } });
  },
});

/** In development whoever sits at the machine itself may call what is published. */
function mayCallWithoutAccount(): Promise<boolean> {
  return api.GET("/phone/flows").then(
    () => true,
    () => false,
  );
}

const logIn = createRoute({
  getParentRoute: () => root,
  path: "/log-in",
  validateSearch: (search: Record<string, unknown>): { then?: string; trouble?: string } => {
    const { then, trouble } = search;
    return {
      ...(typeof then === "string" && then.startsWith("/") && !then.startsWith("//") && { then }),
      ...(typeof trouble === "string" && { trouble }),
    };
  },
  component: lazyRouteComponent(() => import("@/pages/entry/LogInPage"), "LogInPage"),
});
const setUp = createRoute({
  getParentRoute: () => root,
  path: "/set-up",
  component: lazyRouteComponent(() => import("@/pages/entry/SetUpPage"), "SetUpPage"),
});
const home = createRoute({
  getParentRoute: () => inside,
  path: "/",
  beforeLoad: () => {
    throw redirect({ to: "/flows" });
  },
});
const flows = createRoute({
  getParentRoute: () => inside,
  path: "/flows",
  component: lazyRouteComponent(() => import("@/pages/flows/FlowsPage"), "FlowsPage"),
});
const flow = createRoute({
  getParentRoute: () => inside,
  path: "/flows/$name",
  component: lazyRouteComponent(() => import("@/pages/flows/FlowPage"), "FlowPage"),
});
const phone = createRoute({
  getParentRoute: () => inside,
  path: "/phone",
  validateSearch: choiceIn,
  component: lazyRouteComponent(() => import("@/pages/phone/PhonePage"), "PhonePage"),
});
const numbers = createRoute({
  getParentRoute: () => inside,
  path: "/numbers",
  component: lazyRouteComponent(() => import("@/pages/numbers/NumbersPage"), "NumbersPage"),
});
const live = createRoute({
  getParentRoute: () => inside,
  path: "/live",
  component: lazyRouteComponent(() => import("@/pages/live/LivePage"), "LivePage"),
});
const calls = createRoute({
  getParentRoute: () => inside,
  path: "/calls",
  validateSearch: filtersOf,
  component: lazyRouteComponent(() => import("@/pages/calls/CallsPage"), "CallsPage"),
});
const call = createRoute({
  getParentRoute: () => inside,
  path: "/calls/$callId",
  validateSearch: (search: Record<string, unknown>): { replay?: string } =>
    typeof search["replay"] === "string" ? { replay: search["replay"] } : {},
  component: lazyRouteComponent(() => import("@/pages/calls/CallPage"), "CallPage"),
});
const insights = createRoute({
  getParentRoute: () => inside,
  path: "/insights",
  validateSearch: insightsSearchOf,
  component: lazyRouteComponent(() => import("@/pages/insights/InsightsPage"), "InsightsPage"),
});
const tools = createRoute({
  getParentRoute: () => inside,
  path: "/tools",
  component: lazyRouteComponent(() => import("@/pages/tools/ToolsPage"), "ToolsPage"),
});
const people = createRoute({
  getParentRoute: () => inside,
  path: "/people",
  component: lazyRouteComponent(() => import("@/pages/people/PeoplePage"), "PeoplePage"),
});
const audit = createRoute({
  getParentRoute: () => inside,
  path: "/audit",
  component: lazyRouteComponent(() => import("@/pages/audit/AuditPage"), "AuditPage"),
});
const settings = createRoute({
  getParentRoute: () => inside,
  path: "/settings",
  component: lazyRouteComponent(() => import("@/pages/settings/SettingsPage"), "SettingsPage"),
});

const tree = root.addChildren([
  logIn,
  setUp,
  inside.addChildren([home, flows, flow, phone, numbers, live, calls, call, insights, tools, people, audit, settings]),
]);

export const router = createRouter({
  routeTree: tree,
  defaultPreload: "intent",
  defaultErrorComponent: Lost, // of each page by itself: the frame stays
  defaultNotFoundComponent: NothingHere,
  defaultPendingMs: 150,
  scrollRestoration: true,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
