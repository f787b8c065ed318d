/** Tells from which network a caller comes, since many addresses may belong to one caller. */
import { isIPv4, isIPv6 } from 'node:net';

/** The networks of an address. */
export interface Networks {
  /** What one caller has at least: an IPv4 address, or an IPv6 /64. */
  readonly narrow: string;
  /** What one caller may well have: an IPv4 /24, or an IPv6 /48. */
  readonly wide: string;
}

/** @param address - `null`, or text that is no address, counts as a network of its own */
export function networksOf(address: string | null): Networks {
  const [plain = ''] = (address ?? '').split('%');
  if (isIPv4(plain)) return ofIPv4(plain);
  if (!isIPv6(plain)) return { narrow: plain, wide: plain };
  const groups = groupsOf(plain);
  const mapped = mappedIPv4(groups);
  if (mapped !== undefined) return ofIPv4(mapped);
  return { narrow: prefix(groups, 4), wide: prefix(groups, 3) };
}

function ofIPv4(address: string): Networks {
  return { narrow: address, wide: `${address.split('.').slice(0, 3).join('.')}.0/24` };
}

function prefix(groups: readonly number[], length: number): string {
  const hex = groups.slice(0, length).map((group) => group.toString(16));
  return `${hex.join(':')}::/${String(length * 16)}`;
}

/** The eight groups of an IPv6 address (RFC 4291 §2.2). */
function groupsOf(address: string): number[] {
  const [head = [], tail] = address.split('::').map((part) => part.split(':').filter(Boolean).flatMap(numbersOf));
  if (!tail) return head;
  return [...head, ...Array.from({ length: 8 - head.length - tail.length }, () => 0), ...tail];
}

/** A group, or the IPv4 address at the end as two. */
function numbersOf(part: string): number[] {
  if (!part.includes('.')) return [parseInt(part, 16)];
  const [a = 0, b = 0, c = 0, d = 0] = part.split('.').map(Number);
  return [a * 256 + b, c * 256 + d];
}

/** The IPv4 address in `::ffff:0:0/96`, which is how a socket for both versions shows it. */
function mappedIPv4(groups: readonly number[]): string | undefined {
  const [high = 0, low = 0] = groups.slice(6);
  const isMapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  return isMapped ? [high >> 8, high & 255, low >> 8, low & 255].join('.') : undefined;
}
