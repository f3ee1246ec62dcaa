import { describe, expect, it } from "vitest";
import { compared, countsOf } from "./compared";
import { type Content, put } from "./content";

const BEFORE: Content = {
  title: "Orders",
  start: "greet",
  global_steps: { person: "bye" },
  steps: {
    greet: { kind: "ask", says: "Hi", answers: { yes: "bye", no: "more" } },
    more: { kind: "say", says: "Anything else?", next: "bye" },
    bye: { kind: "end", says: "Bye" },
  },
};

describe("two states of a flow as one graph", () => {
  it("has nothing marked between equals", () => {
    const { steps, ways, ports, graph } = compared(BEFORE, BEFORE);
    expect(new Set(steps.values())).toEqual(new Set(["same"]));
    expect(new Set(ways.values())).toEqual(new Set(["same"]));
    expect(ports.size).toBe(0);
    expect(graph.nodes.filter((node) => node.step !== null)).toHaveLength(3);
  });
  it("keeps a step that is gone, with the ways that led from it and to it", () => {
    let after = put(BEFORE, ["steps", "more"], undefined);
    after = put(after, ["steps", "greet", "answers", "no"], undefined);
    const found = compared(BEFORE, after);
    expect(found.steps.get("more")).toBe("removed");
    expect(found.steps.get("greet")).toBe("changed");
    expect(found.steps.get("bye")).toBe("same");
    expect(found.ways.get("greet answers.no before")).toBe("removed");
    expect(found.ways.get("more next before")).toBe("removed");
    expect(found.ports.get("greet answers.no")).toBe("removed");
    expect(found.graph.nodes.find((node) => node.id === "greet")?.ports.map((port) => port.path.join("."))).toEqual(["answers.yes", "answers.no"]);
    expect(countsOf(found)).toEqual({ added: 0, removed: 1, changed: 1 });
  });
  it("draws a way that leads elsewhere twice: as it was and as it is", () => {
    let after = put(BEFORE, ["steps", "thanks"], { kind: "say", says: "Thanks", next: "bye" });
    after = put(after, ["steps", "greet", "answers", "yes"], "thanks");
    const { ways, ports, graph } = compared(BEFORE, after);
    expect(ways.get("greet answers.yes")).toBe("added");
    expect(ways.get("greet answers.yes before")).toBe("removed");
    expect(graph.edges.filter((edge) => edge.id.startsWith("greet answers.yes")).map((edge) => edge.target)).toEqual(["thanks", "bye"]);
    expect(ports.get("greet answers.yes")).toBe("changed");
  });
  it("marks where a call enters when that leads elsewhere", () => {
    const { steps } = compared(BEFORE, put(put(BEFORE, ["start"], "more"), ["global_steps", "repeat"], "greet"));
    expect(["@start", "@global", "@trouble"].map((id) => steps.get(id))).toEqual(["changed", "changed", "same"]);
  });
});
