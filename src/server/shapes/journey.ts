import { z } from "zod";

import { task } from "./monitoring.ts";
import { instant } from "./shared.ts";

const candidate = z
  .object({
    stream: z.string(),
    scopeId: z.string(),
    scope: z.string(),
    nativeKey: z.string(),
    label: z.string().nullable().meta({ description: "title or name of the row it became, where there is one" }),
    url: z.string().nullable(),
    isQuarantined: z.boolean(),
  })
  .meta({ id: "JourneyCandidate" });

const version = z.object({
  hash: z.string().meta({ description: "of the record; open it with the payload route" }),
  changedAt: instant.nullable().meta({ description: "the provider's own time of this change" }),
  firstSeenAt: instant,
  lastSeenAt: instant,
  isLatest: z.boolean(),
  mappedVersion: z.int(),
  page: z.object({ hash: z.string(), request: z.string().nullable(), status: z.int().nullable(), via: z.string() }).nullable(),
  task: task.nullable().meta({ description: "that read it first; null when the log no longer has it" }),
});

const row = z.object({
  table: z.string(),
  id: z.string(),
  url: z.string().nullable(),
  sourceUpdatedAt: instant.nullable(),
  ingestedAt: instant,
  deletedAt: instant.nullable(),
  version: z.string().meta({ description: "hash of the version that made it what it is" }),
});

const journey = z
  .object({
    stream: z.string(),
    scopeId: z.string(),
    scope: z.string(),
    nativeKey: z.string(),
    firstReadAt: instant.nullable(),
    lastReadAt: instant.nullable(),
    lastTask: task.nullable().meta({ description: "that saw it last" }),
    versions: z.array(version).meta({ description: "every content that was ever seen, newest first" }),
    rows: z.array(row).meta({ description: "what came of it; at most 200" }),
    quarantined: z.array(
      z.object({ hash: z.string(), path: z.string(), message: z.string(), seenAt: instant, resolvedAt: instant.nullable() }),
    ),
    unfinished: z
      .object({ firstSeenAt: instant, nextReadAt: instant, attempts: z.int() })
      .nullable()
      .meta({ description: "it is read again until it is final" }),
    facts: z.array(z.object({ fact: z.string(), rows: z.int() })).meta({ description: "facts that hold it or refer to it" }),
  })
  .meta({ id: "Journey" });

export const journeyAnswer = z
  .object({
    key: z.string(),
    sentence: z.string(),
    candidates: z.array(candidate).meta({ description: "records that the key may mean; several: choose one" }),
    journey: journey.nullable().meta({ description: "null unless exactly one record is meant" }),
  })
  .meta({ id: "JourneyAnswer" });

export const journeyQuery = z.object({
  key: z
    .string()
    .trim()
    .min(1)
    .max(500)
    .meta({ description: "number, issue key, commit, run, address or native key; also `acme/pay#12`" }),
  stream: z.string().optional(),
  scope: z.string().optional().meta({ description: "scope id or name" }),
  nativeKey: z.string().optional().meta({ description: "with stream and scope: exactly this record" }),
});

export type JourneyAnswer = z.output<typeof journeyAnswer>;
export type JourneyBody = z.output<typeof journey>;
export type JourneyQuery = z.output<typeof journeyQuery>;
