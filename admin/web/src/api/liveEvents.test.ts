import { expect, test } from "vitest";
import { eventOf, FrameReader } from "./liveEvents";

const STREAM =
  "retry: 1000\n: following\n\n" +
  'id: 7-0\nevent: words\ndata: {"call_id":"a","at_ms":200,"sequence":3,"side":"caller","text":"olá"}\n\n' +
  ": still following\n\n" +
  'id: 8-0\nevent: call_ended\ndata: {"call_id":"a","at_ms":900,"sequence":4,"outcome":"completed"}\n\n';

test("comments are no events, and every event keeps its id", () => {
  const frames = new FrameReader().read(STREAM);
  expect(frames.map((frame) => [frame.id, frame.event])).toEqual([["7-0", "words"], ["8-0", "call_ended"]]);
});

test("however the stream is cut, the same events come out, each once", () => {
  const whole = new FrameReader().read(STREAM);
  for (const size of [1, 2, 3, 7, 50]) {
    const reader = new FrameReader();
    const frames = [];
    for (let at = 0; at < STREAM.length; at += size) frames.push(...reader.read(STREAM.slice(at, at + size)));
    expect(frames).toEqual(whole);
  }
});

test("an event of a kind that is not known, or that is no JSON, is left out", () => {
  expect(eventOf({ id: "1-0", event: "weather", data: "{}" })).toBeNull();
  expect(eventOf({ id: "1-0", event: "words", data: "{" })).toBeNull();
});

test("data of several lines is one text", () => {
  const [frame] = new FrameReader().read('event: state\ndata: {"call_id":\ndata: "a"}\n\n');
  expect(frame && eventOf(frame)).toMatchObject({ kind: "state", call_id: "a" });
});
