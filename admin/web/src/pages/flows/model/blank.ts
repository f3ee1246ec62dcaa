/** A flow to begin with: it greets, helps once, says goodbye, and can be published as it is. */
import { fresh } from "./yaml";

export function blankFlow(name: string, title: string): string {
  return fresh({
    schema: 1,
    name,
    version: 1,
    title,
    language: "en-US",
    start: "greet",
    silence: { after_ms: 6000, says: ["Are you still there?", "I'm still here if you need me."], then: "goodbye" },
    misunderstood: { at_most: 3, then: "goodbye" },
    trouble: "greet",
    resuming: "As I was saying: {last}",
    talked_over: "One moment, I'm still on it.",
    meanings: {
      done: { phrases: ["that is all", "nothing else", "no thank you", "goodbye"], keywords: ["goodbye", "bye"] },
      repeat: { phrases: ["say that again", "can you repeat that", "what did you say", "pardon"] },
    },
    global_steps: { repeat: "say_again" },
    steps: {
      greet: {
        kind: "ask",
        says: "Thanks for calling. How can I help you?",
        again: "Sorry, I didn't get that. How can I help you?",
        answers: { done: "goodbye" },
      },
      say_again: { kind: "aside", says: "Of course. {last}" },
      goodbye: { kind: "end", says: "Thanks for calling. Goodbye!", resume: "greet" },
    },
  });
}
