import { describe, expect, it } from "vitest";
import { wordDifferences } from "./wordDiff";

const marked = (pieces: { text: string; differs: boolean }[]) => pieces.filter((piece) => piece.differs).map((piece) => piece.text.trim());

describe("words that differ", () => {
  it("are marked on their own side, and each side reads as it was", () => {
    const [one, other] = ["¿Dónde está su pedido?", "¿Dónde está su paquete hoy?"];
    const { before, after } = wordDifferences(one, other);
    expect(before.map((piece) => piece.text).join("")).toBe(one);
    expect(after.map((piece) => piece.text).join("")).toBe(other);
    expect(marked(before)).toEqual(["pedido"]);
    expect(marked(after).join(" ")).toBe("paquete hoy");
  });
  it("are all words of texts too long to be read side by side", () => {
    const long = "so it is ".repeat(3_000);
    expect(wordDifferences(long, `${long}!`).after).toEqual([{ text: `${long}!`, differs: true }]);
  });
});
