import { ActionIcon } from "@mantine/core";
import { IconChevronDown, IconChevronRight } from "@tabler/icons-react";

import type { TableColumn } from "./data-table.tsx";

interface Toggle<Row> {
  keyOf: (row: Row) => string;
  /** What the details belong to, for those who hear the table: `task 12`. */
  nameOf: (row: Row) => string;
  open: string | null;
  setOpen: (key: string | null) => void;
}

/** The first column of a table whose rows open; one is open at a time. */
export const toggleColumn = <Row,>({ keyOf, nameOf, open, setOpen }: Toggle<Row>): TableColumn<Row> => ({
  id: "toggle",
  header: "",
  hiddenHeader: "Details",
  width: 36,
  cell: (row) => {
    const isOpen = open === keyOf(row);
    const Chevron = isOpen ? IconChevronDown : IconChevronRight;
    return (
      <ActionIcon
        size="sm"
        aria-label={`Details of ${nameOf(row)}`}
        aria-expanded={isOpen}
        onClick={() => setOpen(isOpen ? null : keyOf(row))}
      >
        <Chevron size={15} aria-hidden />
      </ActionIcon>
    );
  },
});
