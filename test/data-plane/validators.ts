/** Unmodified validators of application tokens, each as a function that says whether it accepts one. */
import cloudflareAccessPlugin from '@cloudflare/pages-plugin-cloudflare-access';
import { cloudflareAccess } from '@hono/cloudflare-access';
import { Hono } from 'hono';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import jsonwebtoken from 'jsonwebtoken';

export const TEAM = 'team';
export const ISSUER = `https://${TEAM}.cloudflareaccess.com`;

/** What an application is configured with. */
export interface Expected {
  readonly aud: string;
  /** The name of the team, of which validators make the issuer. */
  readonly team?: string;
}

/** Whether a validator accepts an assertion. */
export type Validator = (assertion: string, expected: Expected) => Promise<boolean>;

const issuerOf = ({ team = TEAM }: Expected): string => `https://${team}.cloudflareaccess.com`;
const carrying = (assertion: string): Request =>
  new Request('https://app.example.com/', { headers: { 'Cf-Access-Jwt-Assertion': assertion } });

const accepted = async (validation: Promise<unknown>): Promise<boolean> =>
  validation.then(
    () => true,
    () => false,
  );

type Plugin = (context: object) => Promise<Response>;

/** @param keysAt - where the server really is; requests to hosts of the vendor are sent there by {@link mapHosts} */
export function validatorsFor(keysAt: string): Readonly<Record<string, Validator>> {
  const keys = createRemoteJWKSet(new URL(`${keysAt}/cdn-cgi/access/certs`), { cooldownDuration: 0 });
  return {
    jose: (assertion, expected) =>
      accepted(jwtVerify(assertion, keys, { issuer: issuerOf(expected), audience: expected.aud })),
    jsonwebtoken: async (assertion, expected) => {
      const reply = await fetch(`${keysAt}/cdn-cgi/access/certs`);
      const { public_certs: certificates } = (await reply.json()) as { public_certs: { kid: string; cert: string }[] };
      const { kid } = jsonwebtoken.decode(assertion, { complete: true })?.header ?? {};
      const { cert = '' } = certificates.find((each) => each.kid === kid) ?? {};
      const options = { issuer: issuerOf(expected), audience: expected.aud, algorithms: ['RS256' as const] };
      return accepted(Promise.resolve().then(() => jsonwebtoken.verify(assertion, cert, options)));
    },
    '@cloudflare/pages-plugin-cloudflare-access': async (assertion, { aud, team = TEAM }) => {
      const plugin = cloudflareAccessPlugin({ aud, domain: `https://${team}.cloudflareaccess.com` }) as Plugin;
      const nothing = (): void => undefined;
      const next = (): Promise<Response> => Promise.resolve(new Response('the application'));
      const context = { request: carrying(assertion), functionPath: '', next, env: {}, data: {} };
      const { status } = await plugin({ ...context, waitUntil: nothing, passThroughOnException: nothing });
      return status === 200;
    },
    '@hono/cloudflare-access': async (assertion, { aud, team = TEAM }) => {
      const app = new Hono();
      app.use('*', cloudflareAccess(team, aud));
      app.get('/', (context) => context.text('the application'));
      const { status } = await app.request(carrying(assertion));
      return status === 200;
    },
  };
}

/** Sends what is meant for hosts of the vendor to a server here, as DNS would. @returns what ends it */
export function mapHosts(baseUrl: string): () => void {
  const { fetch: original } = globalThis;
  globalThis.fetch = (input, init) => {
    const url = input instanceof Request ? input.url : String(input);
    return original(url.replace(/^https:\/\/[\w-]+\.cloudflareaccess\.com/, baseUrl), init);
  };
  return () => {
    globalThis.fetch = original;
  };
}
