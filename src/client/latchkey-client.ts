/** Asks a Latchkey elsewhere whether a request is admitted: over connections that are kept, with a bounded cache. */
import { hash } from 'node:crypto';
import { Agent, request as httpRequest } from 'node:http';
import { Agent as TlsAgent, request as tlsRequest } from 'node:https';
import { LRUCache } from 'lru-cache';
import { queryOf, type RemotePolicy } from './query.js';
import {
  RemoteUnavailable,
  decisionIn,
  freshMsOf,
  type Received,
  type RemoteDecision,
  type RemotePrincipal,
} from './remote-answer.js';

/** How the server is asked. */
export interface ClientOptions {
  /** Of the data plane, without `/verify`: `http://127.0.0.1:3000`, or `https://tokens.example.com/tokens` of a host. */
  readonly url: string;
  /** Milliseconds for an answer (1 to 60000), after which nobody is admitted. Default: 2000. */
  readonly timeoutMs?: number | undefined;
  /** Maximum number of connections that are open at a time (1 to 10000). Default: 64. */
  readonly connections?: number | undefined;
  /** Maximum number of answers that are kept, 0 for none. Default: 10000. How long is up to the server. */
  readonly cacheEntries?: number | undefined;
  /** Headers that are sent in addition to the usual ones, where tokens may be in them: the server's JSON header. */
  readonly credentialHeaders?: readonly string[] | undefined;
}

/** Injection token by which guards ask for the client: where it is missing, what Nest says of it names what to do. */
export const CLIENT = Symbol('what LatchkeyClientModule.forRoot({ url }) returns, imported once in the application');

/** What is asked about. */
export interface PresentedRequest {
  /** Alternating names and values, as `rawHeaders` of Node has them. */
  readonly rawHeaders: readonly string[];
  /** Of the client. It is sent as `X-Forwarded-For`, which the server believes by its `TRUST_PROXY`. */
  readonly address?: string | undefined;
}

/** What a request may present, and what decides with it. */
const CREDENTIALS = [
  'authorization',
  'private-token',
  'cf-access-client-id',
  'cf-access-client-secret',
  'x-auth-email',
  'x-auth-key',
];

/** An answer of `/verify` is short. */
const MAX_ANSWER_BYTES = 65_536;

const NOBODY: RemoteDecision = { outcome: 'forbidden', message: 'The conditions of the route admit no token' };

/** A client for one server. Make one for the process, and close it at its end. */
export class LatchkeyClient {
  private readonly url: URL;
  private readonly agent: Agent;
  private readonly timeoutMs: number;
  private readonly sent: ReadonlySet<string>;
  private readonly answers: LRUCache<string, RemoteDecision> | undefined;

  /** @throws TypeError for an option that does not fit, with what does */
  constructor({ url, timeoutMs, connections, cacheEntries, credentialHeaders = [] }: ClientOptions) {
    this.url = addressOf(url);
    this.timeoutMs = within('timeoutMs', timeoutMs ?? 2000, 1, 60_000);
    const maxSockets = within('connections', connections ?? 64, 1, 10_000);
    const settings = { keepAlive: true, maxSockets, maxFreeSockets: maxSockets };
    this.agent = this.url.protocol === 'https:' ? new TlsAgent(settings) : new Agent(settings);
    this.sent = new Set([...CREDENTIALS, ...credentialHeaders.map((name) => name.toLowerCase())]);
    const max = within('cacheEntries', cacheEntries ?? 10_000, 0, 1_000_000);
    if (max > 0) this.answers = new LRUCache({ max });
  }

  /**
   * Whether a request is admitted.
   * @param presented - the request; only its credentials and its address are sent
   * @param policies - which tokens are admitted; all have to hold
   * @throws RemoteUnavailable if the server has not decided: admit nobody then
   */
  async decide(presented: PresentedRequest, ...policies: readonly RemotePolicy[]): Promise<RemoteDecision> {
    const query = queryOf(policies);
    if (query === undefined) return NOBODY;
    const { address } = presented;
    const credentials = this.credentialsIn(presented.rawHeaders);
    // Policies of an application may judge the address. A digest, so that no secret stays in memory.
    const judged = policies.some(({ application }) => application !== undefined) ? address : undefined;
    const key = this.answers && hash('sha256', JSON.stringify([query, credentials, judged]));
    const known = key === undefined ? undefined : this.answers?.get(key);
    if (known && !isOver(known)) return known;
    const forwarded = address === undefined ? [] : ['X-Forwarded-For', address];
    const received = await this.ask(query, [...credentials, ...forwarded]);
    const decision = decisionIn(received);
    const ttl = freshMsOf(received);
    if (key !== undefined && ttl > 0) this.answers?.set(key, decision, { ttl });
    return decision;
  }

  /** The caller, or `null` for one who is not admitted. @throws RemoteUnavailable */
  async principal(presented: PresentedRequest, ...policies: readonly RemotePolicy[]): Promise<RemotePrincipal | null> {
    const decision = await this.decide(presented, ...policies);
    return decision.outcome === 'admitted' ? decision.principal : null;
  }

  /** Forgets what was answered: the next request of each caller is asked about again. */
  forget(): void {
    this.answers?.clear();
  }

  /** Closes the connections. */
  close(): void {
    this.agent.destroy();
    this.forget();
  }

  /** As often as they were sent: the server refuses what is there twice. */
  private credentialsIn(rawHeaders: readonly string[]): string[] {
    const found: string[] = [];
    for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
      const [name = '', value = ''] = rawHeaders.slice(at, at + 2);
      if (this.sent.has(name.toLowerCase())) found.push(name, value);
    }
    return found;
  }

  private ask(query: string, headers: readonly string[]): Promise<Received> {
    const { url, agent, timeoutMs } = this;
    const send = url.protocol === 'https:' ? tlsRequest : httpRequest;
    const { hostname, port, host, protocol } = url;
    const path = `${url.pathname.replace(/\/+$/, '')}/verify${query === '' ? '' : `?${query}`}`;
    return new Promise<Received>((resolve, reject) => {
      const fail = (message: string, cause?: unknown): void => {
        reject(new RemoteUnavailable(`${message}: is Latchkey running at ${protocol}//${host}?`, undefined, { cause }));
      };
      const request = send({ hostname, port, path, agent, headers: ['Host', host, ...headers] }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (piece: string) => {
          text += piece;
          if (text.length > MAX_ANSWER_BYTES) request.destroy(new Error('the answer is too long'));
        });
        response.on('end', () => {
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
        });
        response.on('error', (error) => {
          fail('the answer broke off', error);
        });
      });
      const timer = setTimeout(() => {
        request.destroy(new Error(`no answer within ${String(timeoutMs)} ms`));
      }, timeoutMs);
      request.on('error', (error) => {
        fail(`tokens cannot be verified (${error.message})`, error);
      });
      request.on('close', () => {
        clearTimeout(timer);
      });
      request.end();
    });
  }
}

/** The server lets no answer outlive its token; this clock may differ from its own. */
function isOver(decision: RemoteDecision): boolean {
  const expiresAt = decision.outcome === 'admitted' ? decision.principal.expiresAt : null;
  return expiresAt !== null && expiresAt.getTime() <= Date.now();
}

function addressOf(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && /^https?:$/.test(url.protocol) && url.search === '' && url.username === '') return url;
  throw new TypeError('the option url of LatchkeyClient is an address such as http://127.0.0.1:3000, without a query');
}

function within(name: string, value: number, min: number, max: number): number {
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw new TypeError(
    `the option ${name} of LatchkeyClient is a whole number from ${String(min)} to ${String(max)}, not ${String(value)}`,
  );
}
