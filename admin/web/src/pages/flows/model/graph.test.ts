import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { blankFlow } from "./blank";
import { copiedFrom, copyText } from "./clipboard";
import { asName, at, type Content, put, stepsOf } from "./content";
import { addStep, connect, graphOf, paste, portsOf, removeSteps, renameStep } from "./graph";
import { laidOut, NODE_WIDTH, placed, shapeOf } from "./layout";
import { read } from "./yaml";

const FLOWS = new URL("../../../../../../config/flows/", import.meta.url);
const SHIPPED = readdirSync(FLOWS).map((name) => [name, contentOf(readFileSync(new URL(name, FLOWS), "utf-8"))] as const);

function contentOf(text: string): Content {
  const { content } = read(text);
  if (content === null) throw new Error("unreadable");
  return content;
}

const FLOW: Content = {
  start: "greet",
  silence: { then: "bye" },
  global_steps: { person: "bye" },
  global_keys: { "2": "look" },
  steps: {
    greet: { kind: "ask", says: "Hi", slot: "number", next: "look", answers: { no: "bye" }, at_most: { times: 2, then: "bye" } },
    look: { kind: "look_up", tool: "order_status", next: "bye", failed: { otherwise: "greet" }, meanwhile: { dropped_at: ["greet"] } },
    agreed: { kind: "ask", answers: { yes: "look" }, consent_for: "look" },
    bye: { kind: "end", says: "Bye", resume: "greet" },
  },
};

describe("ports and edges", () => {
  it("every way out of a step is a port, with the step it leads to", () => {
    expect(portsOf(stepsOf(FLOW)["greet"] ?? {}).map((port) => [port.path.join("."), port.target])).toEqual([
      ["next", "look"],
      ["answers.no", "bye"],
      ["at_most.then", "bye"],
    ]);
  });
  it("only what leads to a step that is there is drawn", () => {
    const loose = put(FLOW, ["steps", "greet", "next"], "nowhere");
    expect(graphOf(loose).edges.some((edge) => edge.target === "nowhere")).toBe(false);
    expect(graphOf(loose).edges).toHaveLength(graphOf(FLOW).edges.length - 1);
  });
  it("a line drawn from a port is written into its field, and taken away again", () => {
    const led = connect(FLOW, "greet", "answers.no", "look");
    expect(at(led, ["steps", "greet", "answers", "no"])).toBe("look");
    expect(at(connect(led, "@global", "global_steps.person", "greet"), ["global_steps", "person"])).toBe("greet");
    expect(at(connect(led, "greet", "next", undefined), ["steps", "greet", "next"])).toBe("");
  });
  it.each(SHIPPED)("in %s every step but those for any time is led to", (_, content) => {
    const led = new Set(graphOf(content).edges.map((edge) => edge.target));
    expect(Object.keys(stepsOf(content)).filter((name) => !led.has(name))).toEqual([]);
  });
});

describe("changes to the graph", () => {
  it("a new name is used wherever the step was named", () => {
    const renamed = renameStep(FLOW, "look", "find");
    expect(JSON.stringify(renamed)).not.toContain('"look"');
    expect(Object.keys(stepsOf(renamed))).toEqual(["greet", "find", "agreed", "bye"]);
    expect(at(renamed, ["steps", "agreed", "consent_for"])).toBe("find");
    expect(at(renameStep(FLOW, "greet", "hello"), ["steps", "look", "meanwhile", "dropped_at"])).toEqual(["hello"]);
    expect(renameStep(FLOW, "greet", "hello")["start"]).toBe("hello");
  });
  it.each(SHIPPED)("in %s any step can be renamed and back", (_, content) => {
    for (const name of Object.keys(stepsOf(content)).slice(0, 12)) {
      expect(renameStep(renameStep(content, name, "a_name_of_its_own"), "a_name_of_its_own", name)).toEqual(content);
    }
  });
  it("a new step is led to by the first open way out of the one it was added from", () => {
    const open = put(FLOW, ["steps", "look", "next"], "");
    const added = addStep(open, "say", "say", "look");
    expect(at(added, ["steps", "look", "next"])).toBe("say");
    expect(at(addStep(FLOW, "say", "say", "look"), ["steps", "look", "next"])).toBe("bye");
  });
  it("what was copied is pasted under free names and leads to its own copies", () => {
    const copied = copiedFrom(copyText(FLOW, ["greet", "look"]));
    if (copied === null) throw new Error("nothing was copied");
    const { content, names } = paste(FLOW, copied);
    expect(names).toEqual(["greet_2", "look_2"]);
    expect(at(content, ["steps", "greet_2", "next"])).toBe("look_2");
    expect(at(content, ["steps", "greet_2", "answers", "no"])).toBe("bye");
    expect(at(content, ["steps", "greet"])).toEqual(at(FLOW, ["steps", "greet"]));
  });
  it("any other text on the clipboard is nothing of ours", () => {
    for (const text of ["", "hello", "{", '{"tandem_steps": 3}', '{"tandem_steps": {"<script>": {}}}']) expect(copiedFrom(text)).toBeNull();
  });
  it("steps that are removed are gone, all others stay as they are", () => {
    const left = removeSteps(FLOW, new Set(["look"]));
    expect(Object.keys(stepsOf(left))).toEqual(["greet", "agreed", "bye"]);
    expect(stepsOf(left)["greet"]).toBe(stepsOf(FLOW)["greet"]);
  });
});

describe("names", () => {
  it("what people type becomes a name", () => {
    expect(asName("Order number")).toBe("order_number");
    expect(asName("  ¿Qué tal?  ")).toBe("que_tal");
    expect(asName("2nd try")).toBe("nd_try");
    expect(asName("<b>")).toBe("b");
  });
});

describe("layout", () => {
  it.each(SHIPPED)("in %s no step covers another, and it is the same each time", (_, content) => {
    const graph = graphOf(content);
    const places = laidOut(graph);
    expect(laidOut(graph)).toEqual(places);
    const boxes = graph.nodes.map((node) => ({ id: node.id, ...(places[node.id] ?? { x: NaN, y: NaN }), height: shapeOf(node).height }));
    for (const [index, one] of boxes.entries()) {
      expect(Number.isFinite(one.x)).toBe(true);
      for (const other of boxes.slice(index + 1)) {
        const apart = Math.abs(one.x - other.x) >= NODE_WIDTH || one.y + one.height <= other.y || other.y + other.height <= one.y;
        expect(apart, `${one.id} covers ${other.id}`).toBe(true);
      }
    }
  });
  it("a place that is kept stays, and a new step stands near what it belongs to", () => {
    const graph = graphOf(FLOW);
    const all = laidOut(graph);
    const moved = Object.fromEntries(Object.entries(all).map(([id, { x, y }]) => [id, { x: x + 500, y }]));
    const { look: _, ...kept } = moved;
    const places = placed(graph, kept);
    expect(places["greet"]).toEqual(moved["greet"]);
    expect(places["look"]).toEqual(moved["look"]);
  });
});

describe("a flow from nothing", () => {
  it("begins at a step that is there and leads to its end", () => {
    const content = contentOf(blankFlow("my_flow", "Mine: a \"flow\""));
    expect(content["title"]).toBe('Mine: a "flow"');
    expect(stepsOf(content)).toHaveProperty(String(content["start"]));
    expect(graphOf(content).nodes.flatMap((node) => node.ports).every((port) => port.target in stepsOf(content))).toBe(true);
  });
});
