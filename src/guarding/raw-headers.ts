/** Reads the headers of whatever a transport has for a request, as Node names and values them. */

interface Headed {
  readonly rawHeaders?: unknown;
  readonly raw?: unknown;
  readonly headers?: unknown;
  readonly getMap?: unknown;
  getHeaders?(): unknown;
}

/**
 * Alternating names and values, each as often as it was sent.
 * @returns `undefined` for a request without headers
 */
export function rawHeadersOf(request: object): readonly string[] | undefined {
  const { rawHeaders, raw, headers, getMap } = request as Headed;
  if (Array.isArray(rawHeaders)) return rawHeaders as string[];
  if (typeof raw === 'object' && raw !== null) return rawHeadersOf(raw);
  if (typeof headers === 'object' && headers !== null) return flat(headers as Record<string, unknown>);
  if (typeof getMap === 'function') return flat((getMap as () => Record<string, unknown>).call(request));
  // NATS and Kafka have a method.
  const found = typeof (request as Headed).getHeaders === 'function' ? (request as Headed).getHeaders?.() : undefined;
  return typeof found === 'object' && found !== null ? flat(found as Record<string, unknown>) : undefined;
}

function flat(headers: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(headers).flatMap(([name, value]) => {
    const values = (Array.isArray(value) ? value : [value]) as unknown[];
    return values.flatMap((each) => (typeof each === 'string' || Buffer.isBuffer(each) ? [name, String(each)] : []));
  });
}
