/** What differs between two texts, word by word. Pure. */
import { diffWordsWithSpace } from "diff";

export interface Piece {
  text: string;
  /** On the one side: gone. On the other: new. */
  differs: boolean;
}

/** Beyond so many characters two texts are told apart as wholes; nobody reads them word by word. */
const MOST_CHARACTERS = 20_000;

/** Both texts in pieces; what differs is marked on its own side. */
export function wordDifferences(before: string, after: string): { before: Piece[]; after: Piece[] } {
  if (before.length + after.length > MOST_CHARACTERS) {
    return { before: [{ text: before, differs: true }], after: [{ text: after, differs: true }] };
  }
  const changes = diffWordsWithSpace(before, after);
  const side = (dropped: "added" | "removed") =>
    changes.filter((change) => !change[dropped]).map(({ value, added, removed }) => ({ text: value, differs: added || removed }));
  return { before: side("added"), after: side("removed") };
}
