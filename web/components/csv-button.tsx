import { Button } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";

import { type Cell, download, toCsv } from "../lib/csv.ts";

export interface CsvButtonProps {
  /** File name without ending. */
  name: string;
  header: readonly string[];
  rows: () => readonly (readonly Cell[])[] | Promise<readonly (readonly Cell[])[]>;
  label?: string;
  isDisabled?: boolean;
}

/** The data of what is shown beside it, as a file. */
export function CsvButton({ name, header, rows, label = "CSV", isDisabled = false }: CsvButtonProps) {
  const save = async () => download(`${name}.csv`, toCsv(header, await rows()));
  return (
    <Button
      size="compact-sm"
      variant="subtle"
      color="gray"
      leftSection={<IconDownload size={14} stroke={1.8} aria-hidden />}
      onClick={() => void save()}
      disabled={isDisabled}
      aria-label={`Download ${name.replaceAll("-", " ")} as CSV`}
    >
      {label}
    </Button>
  );
}
