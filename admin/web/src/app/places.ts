/** The places of the side bar, and what they take. */
import {
  Activity,
  BarChart3,
  Hash,
  History,
  type LucideIcon,
  PhoneCall,
  PhoneIncoming,
  Settings2,
  Users,
  Workflow,
  Wrench,
} from "lucide-react";
import type { Role } from "@/api/client";

export interface Place {
  to: string;
  name: string;
  icon: LucideIcon;
  /** Pressed after "g". */
  key: string;
  least: Role;
}

export const PLACES: readonly (readonly Place[])[] = [
  [
    { to: "/flows", name: "Flows", icon: Workflow, key: "f", least: "viewer" },
    { to: "/phone", name: "Phone", icon: PhoneCall, key: "p", least: "viewer" },
    { to: "/numbers", name: "Numbers", icon: Hash, key: "n", least: "viewer" },
  ],
  [
    { to: "/live", name: "Live", icon: PhoneIncoming, key: "l", least: "viewer" },
    { to: "/calls", name: "Calls", icon: History, key: "c", least: "viewer" },
    { to: "/insights", name: "Insights", icon: BarChart3, key: "i", least: "viewer" },
  ],
  [
    { to: "/tools", name: "Tools", icon: Wrench, key: "t", least: "viewer" },
    { to: "/people", name: "People", icon: Users, key: "e", least: "manager" },
    { to: "/audit", name: "Changes", icon: Activity, key: "a", least: "manager" },
    { to: "/settings", name: "Settings", icon: Settings2, key: "s", least: "viewer" },
  ],
];
