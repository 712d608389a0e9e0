import { ActionIcon, CopyButton, Tooltip } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";

import classes from "./code.module.css";

function Copy({ text, what }: { text: string; what: string }) {
  return (
    <CopyButton value={text}>
      {({ copied, copy }) => (
        <Tooltip label={copied ? "Copied" : `Copy ${what}`}>
          <ActionIcon className={classes.copy ?? ""} size="md" onClick={copy} aria-label={`Copy ${what}`}>
            {copied ? <IconCheck size={15} aria-hidden /> : <IconCopy size={15} aria-hidden />}
          </ActionIcon>
        </Tooltip>
      )}
    </CopyButton>
  );
}

/** Text as it is, to be read and copied. */
export function CodeBlock({ text, label }: { text: string; label: string }) {
  return (
    <div className={classes.block}>
      <pre className={classes.pre} tabIndex={0} aria-label={label}>
        <code>{text}</code>
      </pre>
      <Copy text={text} what={label} />
    </div>
  );
}

/** A JSON document that opens level by level. */
export function JsonViewer({ value, label, depth = 2 }: { value: unknown; label: string; depth?: number }) {
  return (
    <div className={classes.block}>
      <div className={classes.json} tabIndex={0} role="region" aria-label={label}>
        <Node value={value} open={depth} />
      </div>
      <Copy text={JSON.stringify(value, null, 2)} what={label} />
    </div>
  );
}

interface NodeProps {
  name?: string;
  value: unknown;
  /** How many levels from here start open. */
  open: number;
}

function Node({ name, value, open }: NodeProps) {
  const label = name === undefined ? null : <span className={classes.key}>{name}: </span>;
  if (typeof value !== "object" || value === null) {
    return (
      <div className={classes.leaf}>
        {label}
        <Leaf value={value} />
      </div>
    );
  }
  const entries = Object.entries(value);
  const [start, end] = Array.isArray(value) ? ["[", "]"] : ["{", "}"];
  if (entries.length === 0) {
    return (
      <div className={classes.leaf}>
        {label}
        {start}
        {end}
      </div>
    );
  }
  return (
    <details open={open > 0}>
      <summary>
        {label}
        <span className={classes.dim}>
          {start} {entries.length} {entries.length === 1 ? "entry" : "entries"} {end}
        </span>
      </summary>
      <ul>
        {entries.map(([key, child]) => (
          <li key={key}>
            <Node name={key} value={child} open={open - 1} />
          </li>
        ))}
      </ul>
    </details>
  );
}

function Leaf({ value }: { value: unknown }) {
  if (typeof value === "string") return <span className={classes.string}>{JSON.stringify(value)}</span>;
  if (typeof value === "number") return <span className={classes.number}>{value}</span>;
  return <span className={classes.word}>{String(value)}</span>;
}
