/** Which requests a fault or a look at the ledger is about. */

/** What is compared. */
export interface RequestLine {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
}

/**
 * Reads a route: a path with an optional method before it, as in `POST /client/v4/accounts/:account/access/service_tokens`.
 * `:name` and `*` stand for one segment, `**` at the end for all that follows. Case counts.
 * @throws TypeError
 */
export function routeMatcher(route: string | RegExp): (request: RequestLine) => boolean {
  if (route instanceof RegExp) return ({ method, path }) => new RegExp(route).test(`${method} ${path}`);
  const [, method, path] = /^(?:([A-Z]+|\*) )?(\/\S*)$/.exec(route) ?? [];
  if (path === undefined) {
    throw new TypeError(
      `${JSON.stringify(route)} is not a route: give a path that begins with "/", with an optional method in capital ` +
        'letters before it, as in "DELETE /client/v4/accounts/:account/access/service_tokens/:token"',
    );
  }
  const pattern = new RegExp(`^${path.split('/').map(segmentPattern).join('/')}$`);
  const ofMethod = method === undefined || method === '*' ? undefined : method;
  return (request) => (ofMethod === undefined || request.method === ofMethod) && pattern.test(request.path);
}

function segmentPattern(segment: string): string {
  if (segment === '**') return '.*';
  if (segment === '*' || segment.startsWith(':')) return '[^/]+';
  return segment.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}
