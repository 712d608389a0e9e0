import { Problem } from "../domain/problem.ts";

/* Every code of this folder. */

export const unknownIntegration = (id: string) =>
  new Problem({
    code: "unknown_integration",
    what: `There is no integration "${id}".`,
    next: "`leadline integrations` lists them.",
    status: 404,
  });

export const unknownProject = (key: string) =>
  new Problem({
    code: "unknown_project",
    what: `There is no project "${key}".`,
    next: "Open the list of projects for their keys.",
    status: 404,
  });

export const unknownBackfill = (integration: string, id: string) =>
  new Problem({
    code: "unknown_backfill",
    what: `The integration "${integration}" has no backfill "${id}".`,
    next: `\`leadline backfill list ${integration}\` lists them.`,
    status: 404,
  });

export const backfillHasEnded = ({ id, status }: { id: string; status: string }, move: string) =>
  new Problem({
    code: "backfill_has_ended",
    what: `The backfill ${id} is ${status}, so there is nothing to ${move}.`,
    rule: "Only a backfill that is scheduled, running, paused or failed can be paused, resumed, changed or cancelled.",
    next: "Start a new one over the same range; what was read is kept, so it reads only what is missing.",
    status: 409,
  });

export const nameTaken = (thing: string, name: string) =>
  new Problem({
    code: "name_taken",
    what: `There is another ${thing} named "${name}".`,
    rule: `Names of ${thing}s are unique, whatever their case.`,
    next: "Choose another name.",
    status: 409,
  });

export const keyTaken = (key: string) =>
  new Problem({
    code: "key_taken",
    what: `The key "${key}" belongs to another project.`,
    rule: "Keys of projects are unique and never change.",
    next: "Choose another key.",
    status: 409,
  });

export const badKey = (key: string) =>
  new Problem({
    code: "bad_key",
    what: `"${key}" cannot be a key.`,
    rule: "A key has 1 to 60 lower-case letters, digits and hyphens, and begins with a letter or digit.",
    next: "Leave the key out to have one made from the name.",
  });

export const isBeingDeleted = (id: string) =>
  new Problem({
    code: "integration_is_being_deleted",
    what: `The integration "${id}" is being deleted.`,
    rule: "It can no longer be changed.",
    next: "Wait until it is gone, then add it again.",
    status: 409,
  });

export const secretUnreadable = (integration: string, field: string) =>
  new Problem({
    code: "secret_unreadable",
    what: `The stored "${field}" of the integration "${integration}" cannot be decrypted.`,
    rule: "Credentials are encrypted with LEADLINE_SECRET_KEY or the key file in the data folder; another key is in use now.",
    next: `Start with the key that wrote it, or give the integration a new "${field}".`,
    status: 409,
  });

export const secretGone = (integration: string, field: string) =>
  new Problem({
    code: "secret_gone",
    what: `The integration "${integration}" has no "${field}" any more.`,
    rule: "It was taken out of the settings while it was in use.",
    next: `Give the integration a new "${field}", or another way to sign in.`,
    status: 409,
  });

export const secretBusy = (integration: string, field: string) =>
  new Problem({
    code: "secret_busy",
    what: `Another run is exchanging the "${field}" of the integration "${integration}", for minutes already.`,
    rule: "An exchange replaces it, so only one may happen at a time.",
    next: "Try again in a few minutes.",
    status: 409,
  });

export const badSecretKey = (source: string) =>
  new Problem({
    code: "bad_secret_key",
    what: `${source} does not hold a usable key.`,
    rule: "The key is 32 bytes in base64.",
    next: "Make one with `openssl rand -base64 32`.",
    status: 500,
  });

export const workspaceDamaged = (file: string, reason: string) =>
  new Problem({
    code: "workspace_damaged",
    what: `The workspace database ${file} cannot be opened: ${reason}.`,
    rule: "It must be a SQLite file that Leadline wrote.",
    next: "Restore a backup with `leadline restore FILE` into an empty data folder.",
    status: 500,
  });

export const unknownToken = (id: string) =>
  new Problem({ code: "unknown_token", what: `There is no token "${id}".`, next: "List the tokens for their ids.", status: 404 });

export const noWebhookSecret = (id: string) =>
  new Problem({
    code: "no_webhook_secret",
    what: `The integration "${id}" has no webhook secret yet.`,
    rule: "Deliveries are accepted once a secret was made.",
    next: "Make one on the tab Webhooks of the integration.",
    status: 409,
  });

export const unknownDelivery = (id: string) =>
  new Problem({
    code: "unknown_delivery",
    what: `There is no delivery "${id}".`,
    rule: "Deliveries are kept for a week, those that failed for a month.",
    next: "Open the list of deliveries for their ids.",
    status: 404,
  });
export const deletionBegun = (id: string) =>
  new Problem({
    code: "deletion_begun",
    what: `The deletion of "${id}" cannot be called off any more: rows are gone already.`,
    rule: "A deletion can be cancelled until its first row is removed.",
    next: "Wait until it is done, then connect the tool again; its history is read anew.",
    status: 409,
  });

export const notBeingDeleted = (id: string) =>
  new Problem({
    code: "not_being_deleted",
    what: `The integration "${id}" is not being deleted.`,
    rule: "Only a deletion that waits for its beginning can be cancelled.",
    next: "`leadline integrations show` says what it is doing.",
    status: 409,
  });

export const unknownDeletion = (id: string) =>
  new Problem({
    code: "unknown_deletion",
    what: `No deletion of an integration "${id}" is known.`,
    rule: "A deletion is known from the moment somebody asks for it, and its proof stays.",
    next: "Open the list of integrations for their ids.",
    status: 404,
  });

export const unknownChannel = (id: string) =>
  new Problem({
    code: "unknown_notification_channel",
    what: `There is no notification channel "${id}".`,
    next: "Open Settings › Notifications for those there are.",
    status: 404,
  });

export const channelSecretsUnreadable = (name: string) =>
  new Problem({
    code: "secret_unreadable",
    what: `The stored secrets of the channel "${name}" cannot be decrypted.`,
    rule: "They are encrypted with LEADLINE_SECRET_KEY or the key file in the data folder; another key is in use now.",
    next: "Start with the key that wrote them, or write the channel's address and secrets again.",
    status: 409,
  });

export const deletionIncomplete = (id: string, left: readonly { place: string; rows: number }[]) =>
  new Problem({
    code: "deletion_incomplete",
    what: `The deletion of "${id}" left rows behind: ${left.map(({ place, rows }) => `${rows} in ${place}`).join(", ")}.`,
    rule: "A deletion is done when a scan of every table and of the archive finds nothing.",
    next: "It goes on by itself; look again in a minute.",
    status: 500,
  });
