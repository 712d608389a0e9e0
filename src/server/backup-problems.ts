import { Problem } from "../domain/problem.ts";

/* What backup and restore can meet. */

export const fileExists = (file: string) =>
  new Problem({
    code: "file_exists",
    what: `There is a file ${file} already.`,
    rule: "A backup never overwrites anything.",
    next: "Give another name.",
    status: 409,
  });

export const noSuchFile = (file: string) =>
  new Problem({
    code: "no_such_file",
    what: `There is no file ${file}.`,
    next: "Give the path of a file that `leadline backup` made.",
    status: 404,
  });

export const homeNotEmpty = (home: string, there: readonly string[]) =>
  new Problem({
    code: "home_not_empty",
    what: `${home} is not empty: it holds ${there.slice(0, 5).join(", ")}${there.length > 5 ? " …" : ""}.`,
    rule: "A backup is restored into an empty data folder, so that nothing is overwritten.",
    next: "Set LEADLINE_HOME to a new folder, or move the old one away.",
    status: 409,
  });

export const badBackup = (file: string, cause: unknown) =>
  new Problem(
    {
      code: "bad_backup",
      what: `${file} cannot be restored: ${cause instanceof Error ? cause.message : String(cause)}.`,
      rule: "It must be a whole file that `leadline backup` made.",
      next: "Try another backup; nothing was changed.",
    },
    { cause },
  );
