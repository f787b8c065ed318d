/** The addresses of applications: a host and a path, each with wildcards, and which of them a request is for. */
import { domainToASCII } from 'node:url';

/** A host and a path, for example `*.example.com` and `/admin`. */
export interface AddressPattern {
  /** In lower case and in ASCII. A `*` stands for any characters but dots; a label has at most one. */
  readonly host: string;
  /**
   * `''` for all paths, or a path that is meant with everything below it. A `*` stands for any characters but slashes; a
   * segment has at most one.
   */
  readonly path: string;
  /** What follows the last label with a wildcard; the whole host if there is none. */
  readonly anchor: string;
}

/** Why a text is no address, to be said after its name. */
export interface AddressFlaw {
  readonly flaw: string;
}

/** Maximum number of characters of a host (RFC 1035 §2.3.4) and of a path. */
const HOST_MAX = 253;
const PATH_MAX = 1000;

const LABEL = /^(?!-)[a-z0-9_*-]{1,63}(?<!-)$/;
const FORM = 'must be a host with or without a path, such as app.example.com/admin, without scheme, port and query';

/** Reads an address such as `*.example.com/admin`. */
export function readAddress(text: string): AddressPattern | AddressFlaw {
  const slash = text.indexOf('/');
  const given = slash < 0 ? text : text.slice(0, slash);
  if (given === '' || /[\s:@?#%\\]/.test(text.replaceAll(/%[0-9a-f]{2}/gi, ''))) return { flaw: FORM };
  const host = readHost(given);
  if (host === undefined) return { flaw: FORM };
  const labels = host.split('.');
  const anchor = labels.slice(labels.findLastIndex((label) => label.includes('*')) + 1).join('.');
  if (anchor === '' || labels.some(hasSeveralWildcards)) {
    return { flaw: 'may have one * in each label of the host but the last' };
  }
  const path = slash < 0 ? '' : readPath(text.slice(slash));
  return typeof path === 'string' ? { host, path, anchor } : path;
}

/** A domain name without wildcards, in lower case and in ASCII; `undefined` if the text is none. */
export function readDomain(text: string): string | undefined {
  const host = /[\s/:@?#%\\]/.test(text) ? undefined : readHost(text);
  return host?.includes('*') ? undefined : host;
}

function readHost(text: string): string | undefined {
  const host = domainToASCII(text.toLowerCase());
  const isHost = host.length > 0 && host.length <= HOST_MAX && host.split('.').every((part) => LABEL.test(part));
  return isHost ? host : undefined;
}

function readPath(text: string): string | AddressFlaw {
  const path = canonicalPath(text)?.replace(/\/$/, '');
  if (path === undefined || path.length > PATH_MAX) {
    return {
      flaw: `has a path that is longer than ${String(PATH_MAX)} characters, or that servers may read differently`,
    };
  }
  return path.split('/').some(hasSeveralWildcards) ? { flaw: 'may have one * in each segment of the path' } : path;
}

function hasSeveralWildcards(part: string): boolean {
  return part.indexOf('*') !== part.lastIndexOf('*');
}

/**
 * The path of a request target as all servers read it: decoded, without the query. `undefined` for one that they may read
 * differently: with dot segments, empty segments, parameters, backslashes, or slashes that are encoded.
 */
export function canonicalPath(target: string): string | undefined {
  const [path = ''] = target.split(/[?#]/, 1);
  if (!path.startsWith('/') || /%2f|%5c|%00|%3b|%25/i.test(path)) return undefined;
  const decoded = decodedOrNone(path);
  return decoded === undefined || /\/\/|[\\;\0]|\/\.{1,2}(?:\/|$)/.test(decoded) ? undefined : decoded;
}

function decodedOrNone(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}

/** The host of a request in lower case, without port and final dot. */
export function canonicalHost(host: string): string {
  return host.toLowerCase().replace(/:\d*$/, '').replace(/\.$/, '');
}

/** A host and all domains above it: the anchors of the patterns that can match it. */
export function anchorsOf(host: string): string[] {
  const labels = host.split('.');
  return labels.map((_, at) => labels.slice(at).join('.'));
}

/** A pattern, prepared for comparisons. */
export class PreparedAddress {
  private readonly hosts: RegExp;
  private readonly paths: RegExp;

  constructor(readonly pattern: Pick<AddressPattern, 'host' | 'path'>) {
    const labels = pattern.host.split('.').map((label) => (label === '*' ? '[^.]+' : expressionOf(label, '[^.]*')));
    this.hosts = new RegExp(`^${labels.join('\\.')}$`);
    const segments = pattern.path.split('/').map((segment) => expressionOf(segment, '[^/]*'));
    this.paths = new RegExp(`^${segments.join('/')}(?:/|$)`);
  }

  matchesHost(host: string): boolean {
    return this.hosts.test(host);
  }

  /** @param path - see {@link canonicalPath} */
  matchesPath(path: string): boolean {
    return this.paths.test(path);
  }
}

/** Orders patterns that match the same request: the longest path first, then the host without wildcards, then the longest. */
export function moreSpecific(one: Pick<AddressPattern, 'host' | 'path'>, other: typeof one): number {
  const wildcards = (host: string): number => (host.includes('*') ? 1 : 0);
  return (
    other.path.length - one.path.length ||
    wildcards(one.host) - wildcards(other.host) ||
    other.host.length - one.host.length
  );
}

function expressionOf(text: string, wildcard: string): string {
  return text
    .split('*')
    .map((part) => part.replaceAll(/[$()*+.?[\\\]^{|}-]/g, String.raw`\$&`))
    .join(wildcard);
}
