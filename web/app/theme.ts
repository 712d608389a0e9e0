import { createTheme, type CSSVariablesResolver, type MantineColorsTuple } from "@mantine/core";

/** Deep water, from foam to abyss. Shade 7 carries white text at 4.5:1, shade 4 is readable on dark surfaces. */
const sea: MantineColorsTuple = [
  "#eaf6fb",
  "#d2eaf4",
  "#a5d5e8",
  "#78c0dd",
  "#5ab2d6",
  "#3199c2",
  "#1f86b0",
  "#14719a",
  "#0f6289",
  "#0a4a69",
];

const gray: MantineColorsTuple = [
  "#f7f9fb",
  "#eff2f6",
  "#e4e9ef",
  "#d5dce5",
  "#b8c2cf",
  "#8f9bab",
  "#6b7789",
  "#505c6d",
  "#343e4c",
  "#1b2430",
];

const dark: MantineColorsTuple = [
  "#e6ebf2",
  "#aab6c5",
  "#8794a6",
  "#647183",
  "#2c3644",
  "#232c38",
  "#1b232d",
  "#141a22",
  "#0d1218",
  "#080b10",
];

export const theme = createTheme({
  primaryColor: "sea",
  primaryShade: { light: 7, dark: 8 },
  autoContrast: true,
  colors: { sea, gray, dark },
  black: "#16202c",
  fontFamily: '"Inter Variable", system-ui, -apple-system, "Segoe UI", sans-serif',
  fontFamilyMonospace: 'ui-monospace, "SF Mono", "JetBrains Mono", Menlo, Consolas, "Noto Sans Mono", monospace',
  fontSizes: { xs: "0.75rem", sm: "0.8125rem", md: "0.875rem", lg: "1rem", xl: "1.125rem" },
  lineHeights: { xs: "1.4", sm: "1.45", md: "1.5", lg: "1.5", xl: "1.5" },
  headings: {
    fontWeight: "620",
    sizes: {
      h1: { fontSize: "1.5rem", lineHeight: "1.25" },
      h2: { fontSize: "1.0625rem", lineHeight: "1.35" },
      h3: { fontSize: "0.9375rem", lineHeight: "1.4" },
      h4: { fontSize: "0.875rem", lineHeight: "1.4" },
    },
  },
  defaultRadius: "md",
  radius: { xs: "4px", sm: "6px", md: "8px", lg: "12px", xl: "20px" },
  cursorType: "pointer",
  focusRing: "auto",
  respectReducedMotion: true,
  components: {
    Tooltip: {
      defaultProps: {
        withArrow: true,
        openDelay: 250,
        multiline: true,
        maw: 320,
        fz: "sm",
        events: { hover: true, focus: true, touch: true },
      },
    },
    ActionIcon: { defaultProps: { variant: "subtle", color: "gray" } },
    Modal: {
      defaultProps: {
        centered: true,
        closeButtonProps: { "aria-label": "Close" },
        overlayProps: { backgroundOpacity: 0.45, blur: 2 },
      },
    },
    Drawer: {
      defaultProps: { closeButtonProps: { "aria-label": "Close" }, overlayProps: { backgroundOpacity: 0.4, blur: 2 } },
    },
    Notification: { defaultProps: { closeButtonProps: { "aria-label": "Close" } } },
    Select: { defaultProps: { clearButtonProps: { "aria-label": "Clear" } } },
    MultiSelect: { defaultProps: { clearButtonProps: { "aria-label": "Clear" } } },
    DateInput: { defaultProps: { clearButtonProps: { "aria-label": "Clear" } } },
    Skeleton: { defaultProps: { radius: "sm" } },
  },
});

/** Contrast that WCAG AA asks for, in both schemes; Mantine's own defaults miss it for dimmed text and placeholders. */
export const cssVariablesResolver: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    "--mantine-color-body": "#ffffff",
    "--mantine-color-dimmed": gray[7],
    "--mantine-color-placeholder": gray[7],
    "--mantine-color-default-border": gray[3],
    "--mantine-color-anchor": sea[8],
    "--mantine-color-disabled-color": gray[7],
    "--mantine-color-error": "#b3261e",
  },
  dark: {
    "--mantine-color-body": dark[7],
    "--mantine-color-dimmed": dark[1],
    "--mantine-color-placeholder": dark[1],
    "--mantine-color-default-border": dark[4],
    "--mantine-color-anchor": sea[4],
    "--mantine-color-disabled-color": dark[2],
    "--mantine-color-error": "#ff9a8f",
  },
});
