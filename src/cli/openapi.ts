import type { Command } from "commander";

import { acting, command, type Shared } from "./command.ts";
import { printJson, say } from "./output.ts";

/** For developers: the committed document and the web app's types follow the routes. */
export function openapi(program: Command): void {
  command(program, "openapi", "write docs/openapi.json and web/lib/api.gen.ts from the routes").action(
    acting(async ({ json }: Shared) => {
      const { clientTypesFile, documentFile, openApiDocument, writeDocument } = await import("../server/openapi.ts");
      if (json) return printJson(await openApiDocument());
      await writeDocument();
      return say(`Wrote ${documentFile} and ${clientTypesFile}.`);
    }),
  );
}
