import { lookup as systemLookup, type LookupAddress } from "node:dns";
import type { LookupFunction } from "node:net";

import ipaddr from "ipaddr.js";

import { addressInvalid, addressRefused, networkInvalid } from "./problems.ts";

export interface NetworkPolicy {
  /** Private ranges that integrations may reach, as CIDR. */
  readonly allowedNetworks: readonly string[];
  readonly allowLoopback: boolean;
}

/** Looks a name up; replaced in tests. */
export type Resolve = (host: string) => Promise<readonly LookupAddress[]>;

/** Keeps calls away from networks they have no business in, whatever name, spelling or redirect leads there. */
export interface Guard {
  /** Refuses other schemes than http and https, and literal addresses outside the policy. */
  checkUrl(url: URL): void;
  /** Resolves, checks every address, and hands on exactly the checked ones: a name cannot change in between. */
  readonly lookup: LookupFunction;
}

type Address = ipaddr.IPv4 | ipaddr.IPv6;
type Network = [Address, number];

/** Never reached, whatever the policy says: they hand out credentials of the machine. */
const metadataAddresses = new Set([
  "169.254.169.254",
  "100.100.100.200",
  "168.63.129.16",
  "192.0.0.192",
  "fd00:ec2::254",
  "fd20:ce::254",
]);
const neverRanges = new Set(["unspecified", "broadcast", "multicast", "linkLocal", "deprecatedSiteLocal", "discard"]);
const globalUnicast = ipaddr.parseCIDR("2000::/3") as Network;

const askSystem: Resolve = (host) =>
  new Promise((resolve, reject) =>
    systemLookup(host, { all: true, verbatim: true }, (error, addresses) => (error ? reject(error) : resolve(addresses))),
  );

export function createGuard(policy: NetworkPolicy, resolve: Resolve = askSystem): Guard {
  const allowed = policy.allowedNetworks.map(parseNetwork);
  const check = (host: string, text: string) => {
    const refusal = refusalOf(text, allowed, policy.allowLoopback);
    if (refusal) throw addressRefused(host, text, refusal);
  };
  const checkedAddresses = async (host: string) => {
    const addresses = await resolve(host);
    for (const { address } of addresses) check(host, address);
    return [...addresses];
  };
  return {
    checkUrl(url) {
      if (url.protocol !== "https:" && url.protocol !== "http:")
        throw addressInvalid(`${url.protocol}//${url.host}`, "its scheme is not http");
      const host = bareHost(url);
      if (ipaddr.isValid(host)) check(host, host);
    },
    lookup(host, options, done) {
      checkedAddresses(host).then(
        (addresses) => {
          const fitting = addresses.filter(
            ({ family }) => !options.family || family === options.family || options.family === `IPv${family}`,
          );
          const first = fitting[0];
          if (!first) done(Object.assign(new Error(`no address for ${host}`), { code: "ENOTFOUND" }), "", 0);
          else if (options.all) done(null, fitting);
          else done(null, first.address, first.family);
        },
        (error: unknown) => done(error as NodeJS.ErrnoException, "", 0),
      );
    },
  };
}

/** The host of a URL; the URL parser has already turned decimal, octal and hexadecimal spellings into dotted form. */
const bareHost = (url: URL): string => url.hostname.replace(/^\[|\]$/g, "");

function parseNetwork(text: string): Network {
  try {
    return ipaddr.parseCIDR(text.trim());
  } catch {
    throw networkInvalid(text);
  }
}

function refusalOf(text: string, allowed: readonly Network[], allowLoopback: boolean): "never" | "loopback" | "private" | null {
  const address = innermost(ipaddr.parse(text.replace(/%.*$/, "")));
  const range = address.range();
  if (neverRanges.has(range) || metadataAddresses.has(address.toString())) return "never";
  if (range === "loopback") return allowLoopback ? null : "loopback";
  if (range === "unicast" && (address instanceof ipaddr.IPv4 || address.match(globalUnicast))) return null;
  return allowed.some((network) => network[0].kind() === address.kind() && address.match(network)) ? null : "private";
}

/** The IPv4 address inside an IPv6 one, for each of the ways to write or route one; otherwise the address itself. */
function innermost(address: Address): Address {
  if (address instanceof ipaddr.IPv4) return address;
  const parts = address.parts;
  const range = address.range();
  const isCompatible = parts.slice(0, 6).every((part) => part === 0) && (parts[6] !== 0 || parts[7]! > 1);
  if (range === "ipv4Mapped" || range === "rfc6052" || range === "rfc6145" || isCompatible)
    return fromParts(parts[6]!, parts[7]!);
  if (range === "6to4") return fromParts(parts[1]!, parts[2]!);
  return address;
}

const fromParts = (high: number, low: number): ipaddr.IPv4 => new ipaddr.IPv4([high >> 8, high & 255, low >> 8, low & 255]);
