import type { Engine } from "../engine.ts";
export class PostgresEngine {
  static async open(_url: string): Promise<Engine> {
    throw new Error("not yet");
  }
}
