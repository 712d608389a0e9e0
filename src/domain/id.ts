/** The connectors whose name may open an id; `leadline` opens the ids of S and L rows. */
export type ConnectorName = string;

export interface IdParts {
  connector: ConnectorName;
  entity: string;
  integration: string;
  /** May contain `:`; the other parts may not. */
  nativeKey: string;
}

/** `<connector>:<entity>:<integration>:<native key>`. */
export const formatId = ({ connector, entity, integration, nativeKey }: IdParts): string =>
  `${connector}:${entity}:${integration}:${nativeKey}`;

export function parseId(id: string): IdParts {
  const first = id.indexOf(":");
  const second = id.indexOf(":", first + 1);
  const third = id.indexOf(":", second + 1);
  if (first < 1 || second < 0 || third < 0 || third === id.length - 1)
    throw new RangeError(`"${id}" is not an id: <connector>:<entity>:<integration>:<native key> is the form`);
  return {
    connector: id.slice(0, first),
    entity: id.slice(first + 1, second),
    integration: id.slice(second + 1, third),
    nativeKey: id.slice(third + 1),
  };
}
