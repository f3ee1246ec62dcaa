/** The kinds of step: what people call them, what each is for, how a new one begins. */
import {
  ArrowRightLeft,
  Bot,
  CircleHelp,
  ClipboardList,
  Clock,
  Eye,
  Languages,
  type LucideIcon,
  MessageSquare,
  MessageSquareDashed,
  PhoneForwarded,
  PhoneOff,
  BellOff,
  BellRing,
  Search,
  Speech,
  Split,
} from "lucide-react";
import type { Step } from "./content";

export type Tone = "speech" | "question" | "work" | "logic" | "aside" | "ending";

export interface Kind {
  name: string;
  about: string;
  icon: LucideIcon;
  tone: Tone;
  /** The call stays where it is; nothing leads on from it. */
  stays: boolean;
  fresh: Step;
}

const LONG = { says: "I'm still on it, one moment please." };

export const KINDS: Readonly<Record<string, Kind>> = {
  say: {
    name: "Say",
    about: "Says something and goes on",
    icon: MessageSquare,
    tone: "speech",
    stays: false,
    fresh: { kind: "say", says: "" },
  },
  ask: {
    name: "Ask",
    about: "Asks, and goes where the answer leads",
    icon: CircleHelp,
    tone: "question",
    stays: false,
    fresh: { kind: "ask", says: "", answers: {} },
  },
  look_up: {
    name: "Look up",
    about: "Has a tool called",
    icon: Search,
    tone: "work",
    stays: false,
    fresh: { kind: "look_up", tool: "", result: "", says: "One moment, I'm looking that up.", waiting: LONG, failed: {} },
  },
  agent: {
    name: "Agent",
    about: "A language model works towards a goal, with tools",
    icon: Bot,
    tone: "work",
    stays: false,
    fresh: { kind: "agent", goal: "", tools: [], result: "", says: "Let me see what I can do.", waiting: LONG, failed: {} },
  },
  decide: {
    name: "Decide",
    about: "Goes on by what is known",
    icon: Split,
    tone: "logic",
    stays: false,
    fresh: { kind: "decide", by: "", cases: {} },
  },
  survey: {
    name: "Survey",
    about: "Asks how satisfied the caller is, and goes on",
    icon: ClipboardList,
    tone: "question",
    stays: false,
    fresh: { kind: "survey", says: "" },
  },
  interpret: {
    name: "Interpret",
    about: "Calls a person, and interprets between them and the caller",
    icon: Speech,
    tone: "work",
    stays: false,
    fresh: { kind: "interpret", says: "I'll call a colleague and interpret for you. One moment, please.", to: "", language: "en" },
  },
  transfer: {
    name: "Transfer",
    about: "Hands the call to a person",
    icon: PhoneForwarded,
    tone: "ending",
    stays: false,
    fresh: { kind: "transfer", says: "I'll put you through. One moment, please." },
  },
  end: {
    name: "End",
    about: "Says goodbye and hangs up",
    icon: PhoneOff,
    tone: "ending",
    stays: false,
    fresh: { kind: "end", says: "Thanks for calling. Goodbye!" },
  },
  aside: {
    name: "Aside",
    about: "Says something and stays where the call is",
    icon: MessageSquareDashed,
    tone: "aside",
    stays: true,
    fresh: { kind: "aside", says: "" },
  },
  speak: {
    name: "Change language",
    about: "Goes on in another language, and stays",
    icon: Languages,
    tone: "aside",
    stays: true,
    fresh: { kind: "speak", language: "", says: "" },
  },
  remind: {
    name: "Remind",
    about: "Reminds the caller when they asked to be",
    icon: BellRing,
    tone: "aside",
    stays: true,
    fresh: {
      kind: "remind",
      says: "All right, I'll remind you {due}.",
      unclear: "When shall I remind you? You can say, for example, every four minutes.",
      reminder: "You asked me to remind you. We have been on the phone for {on_call}.",
    },
  },
  stop_reminding: {
    name: "Stop reminding",
    about: "Ends all reminders",
    icon: BellOff,
    tone: "aside",
    stays: true,
    fresh: { kind: "stop_reminding", says: "All right, no more reminders." },
  },
  watch: {
    name: "Watch",
    about: "Tells the caller if it takes longer than last time",
    icon: Eye,
    tone: "aside",
    stays: true,
    fresh: {
      kind: "watch",
      says: "I will. Last time it took {last_time}.",
      nothing: "I have no last time to compare with.",
      longer: "This is taking longer than last time, when it took {last_time}.",
    },
  },
  how_long: {
    name: "How long",
    about: "Says how long it has been",
    icon: Clock,
    tone: "aside",
    stays: true,
    fresh: { kind: "how_long", says: "We have been on the phone for {on_call}." },
  },
};

const UNKNOWN: Kind = {
  name: "Unknown",
  about: "This kind of step is not known here",
  icon: ArrowRightLeft,
  tone: "logic",
  stays: false,
  fresh: {},
};

export function kindNamed(kind: string): Kind {
  return Object.hasOwn(KINDS, kind) ? (KINDS[kind] as Kind) : UNKNOWN;
}
