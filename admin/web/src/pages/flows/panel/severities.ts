/** How what is wrong is shown, by how much it matters. */
import { CircleAlert, type LucideIcon, TriangleAlert } from "lucide-react";
import type { ProblemAt } from "../model/problems";

interface Look {
  icon: LucideIcon;
  ink: string;
  ground: string;
  /** Said where it stands alone. */
  name: string;
}

export const SEVERITIES: Readonly<Record<ProblemAt["severity"], Look>> = {
  error: { icon: CircleAlert, ink: "text-bad", ground: "bg-bad-soft", name: "Error" },
  warning: { icon: TriangleAlert, ink: "text-warn", ground: "bg-warn-soft", name: "Warning" },
};
