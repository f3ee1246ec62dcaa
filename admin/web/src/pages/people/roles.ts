/** What each role may do, as the API's table of roles has it. */
import type { Role } from "@/api/client";

export const ROLES: readonly Role[] = ["viewer", "agent", "manager", "owner"];

const ABOUT: Record<Role, string> = {
  viewer: "Sees flows, calls and insights; changes nothing.",
  agent: "Also listens to live calls, and takes them over.",
  manager: "Also edits and publishes flows, sets numbers, tries tools, whispers to and ends live calls, sees who changed what.",
  owner: "Also invites people, gives roles, describes tools, and changes the settings.",
};

export function roleAbout(role: Role): string {
  return ABOUT[role];
}
