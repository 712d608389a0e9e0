import { describe, expect, it } from "vitest";

import { nearest } from "./nearest.ts";

describe("the nearest known name", () => {
  const known = ["repository_id", "author_id", "state", "size"];
  it.each([
    ["repositry_id", "repository_id"],
    ["Repository_ID", "repository_id"],
    ["stat", "state"],
    ["sze", "size"],
    ["author", "author_id"],
    ["happiness", null],
    ["", null],
  ])("of %s is %s", (name, found) => {
    expect(nearest(name, known)).toBe(found);
  });
});
