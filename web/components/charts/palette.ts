import { useComputedColorScheme } from "@mantine/core";
import { useMemo } from "react";

/** Colours of drawn data. Text colours come from CSS variables; these are read into the canvas. */
export interface Palette {
  text: string;
  dim: string;
  line: string;
  surface: string;
  primary: string;
  band: string;
  shade: string;
  good: string;
  bad: string;
  /** Told apart with every common kind of colour blindness, and by lightness. */
  series: Record<SeriesColor, string>;
}

export type SeriesColor = "blue" | "slate" | "amber" | "violet" | "rust" | "teal";

const light: Palette = {
  text: "#16202c",
  dim: "#505c6d",
  line: "#e4e9ef",
  surface: "#ffffff",
  primary: "#14719a",
  band: "#78c0dd",
  shade: "rgb(80 92 109 / 8%)",
  good: "#2f9e6e",
  bad: "#d3483d",
  series: { blue: "#3d7fc9", slate: "#a3b0c0", amber: "#e3a838", violet: "#7d5fc4", rust: "#d0663f", teal: "#27998a" },
};

const dark: Palette = {
  text: "#e6ebf2",
  dim: "#aab6c5",
  line: "#232c38",
  surface: "#141a22",
  primary: "#5ab2d6",
  band: "#1f86b0",
  shade: "rgb(170 182 197 / 9%)",
  good: "#3fb683",
  bad: "#e8685c",
  series: { blue: "#5b9be0", slate: "#66758a", amber: "#e0ae4c", violet: "#9a80dc", rust: "#dd7b56", teal: "#3fb3a2" },
};

export function usePalette(): Palette {
  const scheme = useComputedColorScheme("light", { getInitialValueInEffect: false });
  return useMemo(() => (scheme === "dark" ? dark : light), [scheme]);
}
