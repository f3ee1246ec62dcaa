/** What each role may do, as the API's table of roles has it. */
import type { Role } from "@/api/client";

export const ROLES: readonly Role[] = ["viewer", "agent", "manager", "owner"];

const ABOUT: Record<Role, string> = {
  viewer: "Sees flows, calls and insights; changes nothing.",
  agent: "Also listens to live calls.",
  manager: "Also edits and publishes flows, sets numbers, whispers, takes calls over, sees who changed what.",
  owner: "Also invites people, gives roles, and changes the settings.",
};

export function roleAbout(role: Role): string {
  return ABOUT[role];
}
