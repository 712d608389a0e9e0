import {
  Anchor,
  NumberInput,
  PasswordInput,
  SegmentedControl,
  Select,
  Stack,
  Switch,
  TagsInput,
  Text,
  Textarea,
  TextInput,
} from "@mantine/core";
import { Fragment } from "react";

import type { Schemas } from "../../../lib/api.ts";

export type Config = Record<string, unknown>;
type Field = Schemas["FormField"];

interface ConfigFormProps {
  fields: readonly Field[];
  value: Config;
  onChange: (value: Config) => void;
  /** Secrets that are stored already: their fields may stay empty. */
  storedSecrets?: readonly string[];
  errors?: readonly { path: string; message: string }[];
}

/** The form of a connector, made from its fields; it knows no connector. */
export function ConfigForm({ fields, value, onChange, storedSecrets = [], errors = [] }: ConfigFormProps) {
  return (
    <Stack gap="md">
      {fields
        .filter((field) => isShown(field, value, fields))
        .map((field) => (
          <ConfigField
            key={field.name}
            field={field}
            value={value[field.name] ?? field.default}
            isStored={storedSecrets.includes(field.name)}
            error={errors.find((error) => error.path.split(".").at(-1) === field.name)?.message}
            onChange={(given) => onChange({ ...value, [field.name]: given })}
          />
        ))}
    </Stack>
  );
}

const current = (field: Field | undefined, value: Config) => (field ? (value[field.name] ?? field.default) : undefined);

const isShown = (field: Field, value: Config, fields: readonly Field[]) =>
  !field.showWhen ||
  current(
    fields.find((one) => one.name === field.showWhen?.field),
    value,
  ) === field.showWhen.is;

/** What to send: shown fields with a value; empty stored secrets stay as they are. */
export function cleanConfig(fields: readonly Field[], value: Config): Config {
  const shown = fields.filter((field) => isShown(field, value, fields));
  const entries = shown.map((field) => [field.name, current(field, value)] as const);
  return Object.fromEntries(entries.filter(([, given]) => given !== null && given !== undefined && given !== ""));
}

export const isComplete = (fields: readonly Field[], value: Config, storedSecrets: readonly string[] = []): boolean => {
  const given = cleanConfig(fields, value);
  return fields.every(
    (field) => !field.isRequired || !isShown(field, value, fields) || field.name in given || storedSecrets.includes(field.name),
  );
};

interface ConfigFieldProps {
  field: Field;
  value: unknown;
  isStored: boolean;
  error: string | undefined;
  onChange: (value: unknown) => void;
}

function ConfigField({ field, value, isStored, error, onChange }: ConfigFieldProps) {
  const shared = {
    label: field.label,
    description: field.help ? <Linked text={field.help} /> : undefined,
    placeholder: isStored ? "stored; leave empty to keep it" : (field.placeholder ?? undefined),
    required: field.isRequired && !isStored,
    error,
    name: field.name,
  };
  const text = typeof value === "string" ? value : "";
  switch (field.type) {
    case "password":
      return (
        <PasswordInput
          {...shared}
          value={text}
          onChange={(event) => onChange(event.currentTarget.value)}
          autoComplete="off"
          spellCheck={false}
        />
      );
    case "multiline":
      return (
        <Textarea
          {...shared}
          value={text}
          onChange={(event) => onChange(event.currentTarget.value)}
          autosize
          minRows={3}
          maxRows={8}
          spellCheck={false}
          styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)", fontSize: 12 } }}
        />
      );
    case "number":
      return (
        <NumberInput
          {...shared}
          value={typeof value === "number" ? value : ""}
          onChange={(given) => onChange(given === "" ? null : given)}
        />
      );
    case "boolean":
      return (
        <Switch
          label={field.label}
          description={shared.description}
          checked={value === true}
          onChange={(event) => onChange(event.currentTarget.checked)}
          error={error}
        />
      );
    case "list":
      return <TagsInput {...shared} value={Array.isArray(value) ? (value as string[]) : []} onChange={onChange} />;
    case "select":
      return field.options.length <= 3 ? (
        <Choice field={field} value={text} onChange={onChange} />
      ) : (
        <Select {...shared} data={field.options} value={text || null} onChange={onChange} allowDeselect={false} />
      );
    default:
      return (
        <TextInput
          {...shared}
          type={field.type === "url" ? "url" : "text"}
          value={text}
          onChange={(event) => onChange(event.currentTarget.value)}
          autoComplete="off"
          spellCheck={false}
        />
      );
  }
}

function Choice({ field, value, onChange }: { field: Field; value: string; onChange: (value: unknown) => void }) {
  return (
    <div role="group" aria-label={field.label}>
      <Text size="sm" fw={500} mb={field.help ? 0 : 4}>
        {field.label}
      </Text>
      {field.help && (
        <Text size="xs" c="dimmed" mb={6}>
          <Linked text={field.help} />
        </Text>
      )}
      <SegmentedControl aria-label={field.label} data={field.options} value={value} onChange={onChange} />
    </div>
  );
}

/** A text whose addresses can be followed. */
function Linked({ text }: { text: string }) {
  const parts = text.split(/(https?:\/\/[^\s)]+[^\s).,;])/);
  return (
    <>
      {parts.map((part, index) =>
        index % 2 === 0 ? (
          <Fragment key={index}>{part}</Fragment>
        ) : (
          <Anchor key={index} href={part} target="_blank" rel="noreferrer" inherit underline="always">
            {part.replace(/^https?:\/\//, "")}
          </Anchor>
        ),
      )}
    </>
  );
}
