// `npm run zones`: writes the layer rules of test/layers.ts into the linter's configuration.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { lintOverrides } from "../test/layers.ts";
import { root } from "./toolchain.mjs";

const file = join(root, ".oxlintrc.json");
const config = JSON.parse(readFileSync(file, "utf8"));
config.overrides = [...config.overrides.filter((override) => !override.files[0].startsWith("src/")), ...lintOverrides()];
writeFileSync(file, `${JSON.stringify(config, null, 2)}\n`);
