import { z } from "zod";

/** One field of a connector's form, made from its config schema. */
const formField = z
  .object({
    name: z.string().meta({ description: "key in `config`" }),
    label: z.string(),
    help: z.string().nullable(),
    type: z.enum(["text", "password", "multiline", "url", "number", "boolean", "select", "list"]),
    isRequired: z.boolean(),
    isSecret: z.boolean().meta({ description: "written and rotated, never read back" }),
    default: z.unknown().meta({ description: "null when there is none" }),
    placeholder: z.string().nullable(),
    options: z.array(z.object({ value: z.string(), label: z.string() })).meta({ description: "of a select, else empty" }),
    showWhen: z
      .object({ field: z.string(), is: z.string() })
      .nullable()
      .meta({ description: "the field belongs to one choice of another field, such as the way to authenticate" }),
  })
  .meta({ id: "FormField" });

const connectorStream = z
  .object({
    name: z.string(),
    docs: z.string(),
    level: z.enum(["scope", "integration"]),
    order: z.enum(["ascending", "descending", "unordered"]),
    fills: z.array(z.string()).meta({ description: "tables of the warehouse" }),
  })
  .meta({ id: "ConnectorStream" });

export const connector = z
  .object({
    name: z.string(),
    label: z.string(),
    summary: z.string(),
    category: z.enum(["code", "planning", "ci", "quality", "operations"]),
    docs: z.string(),
    launchedOn: z.string().meta({ description: "history cannot begin before this day" }),
    fields: z.array(formField),
    configSchema: z.record(z.string(), z.unknown()).meta({ description: "JSON Schema of `config`" }),
    streams: z.array(connectorStream),
    integrationCount: z.int(),
  })
  .meta({ id: "Connector" });

export type FormField = z.output<typeof formField>;
export type ConnectorBody = z.output<typeof connector>;
