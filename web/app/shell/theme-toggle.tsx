import { SegmentedControl, useMantineColorScheme, VisuallyHidden } from "@mantine/core";
import { IconDeviceDesktop, IconMoon, IconSun } from "@tabler/icons-react";

const choices = [
  { value: "auto", label: "Follow the system", icon: IconDeviceDesktop },
  { value: "light", label: "Light", icon: IconSun },
  { value: "dark", label: "Dark", icon: IconMoon },
] as const;

export function ThemeToggle() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <SegmentedControl
      aria-label="Colour scheme"
      size="xs"
      fullWidth
      withItemsBorders={false}
      value={colorScheme}
      onChange={setColorScheme}
      data={choices.map(({ value, label, icon: Icon }) => ({
        value,
        label: (
          <span title={label} style={{ display: "flex", justifyContent: "center", padding: 3 }}>
            <Icon size={15} stroke={1.7} aria-hidden />
            <VisuallyHidden>{label}</VisuallyHidden>
          </span>
        ),
      }))}
    />
  );
}
