/** What the simulator was asked, so that a test can assert the number and the price. */
export interface Calls {
  readonly rest: number;
  readonly graphql: number;
  /** GraphQL points charged. */
  readonly points: number;
  /** By `GET /repos/{o}/{r}/pulls` or `graphql OperationName`; refused and spoiled ones count too. */
  readonly byRoute: Readonly<Record<string, number>>;
  readonly notModified: number;
  /** Made although the caller had been told to wait. */
  readonly insideBlock: number;
}

export class CallLog {
  #rest = 0;
  #graphql = 0;
  #points = 0;
  #notModified = 0;
  #insideBlock = 0;
  readonly #byRoute = new Map<string, number>();

  rest(route: string, isNotModified = false) {
    this.#rest++;
    if (isNotModified) this.#notModified++;
    this.#count(route);
  }

  /** Beside the API: counted by its route alone. */
  git() {
    this.#count("git");
  }

  graphql(operation: string, points: number) {
    this.#graphql++;
    this.#points += points;
    this.#count(`graphql ${operation}`);
  }

  insideBlock() {
    this.#insideBlock++;
  }

  read(): Calls {
    return {
      rest: this.#rest,
      graphql: this.#graphql,
      points: this.#points,
      notModified: this.#notModified,
      insideBlock: this.#insideBlock,
      byRoute: Object.fromEntries([...this.#byRoute].sort()),
    };
  }

  clear() {
    this.#rest = this.#graphql = this.#points = this.#notModified = this.#insideBlock = 0;
    this.#byRoute.clear();
  }

  #count(route: string) {
    this.#byRoute.set(route, (this.#byRoute.get(route) ?? 0) + 1);
  }
}
