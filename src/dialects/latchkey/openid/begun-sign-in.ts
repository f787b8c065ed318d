/** What a browser keeps while somebody is at the provider: a sealed cookie, which binds the answer to the browser. */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import type { Request, Response } from 'express';
import { onlyCookie } from '../session/console-logins.js';

/** A sign-in that was begun. */
export interface BegunSignIn {
  /** Comes back with the answer. */
  readonly state: string;
  /** Comes back in the ID token. */
  readonly nonce: string;
  /** Proves to the provider that who redeems the code has asked for it (RFC 7636). */
  readonly verifier: string;
  /** Where in the console to go on, without a leading slash. */
  readonly returnTo: string;
  /** When it was begun, in milliseconds since 1970. */
  readonly at: number;
}

const NAME = 'latchkey_openid';
/** Cookies with this prefix cannot come from other hosts of the domain, nor without HTTPS (RFC 6265bis §4.1.3.2). */
const HOST = '__Host-';

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

export class SignInCookie {
  private readonly key: Buffer;

  /** @param secret - of the client at the provider: all instances of a server have it */
  constructor(
    clientId: string,
    secret: string,
    private readonly lifetimeMs: number,
  ) {
    this.key = Buffer.from(hkdfSync('sha256', secret, clientId, 'latchkey: sign-in by OpenID Connect', KEY_BYTES));
  }

  set(response: Response, begun: BegunSignIn): void {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.key, nonce);
    const sealed = Buffer.concat([cipher.update(JSON.stringify(begun), 'utf8'), cipher.final()]);
    const value = Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64url');
    response.cookie(nameFor(response), value, { ...attributesOf(response), maxAge: this.lifetimeMs });
  }

  clear(response: Response): void {
    response.clearCookie(nameFor(response), attributesOf(response));
  }

  /** @returns `undefined` if there is none, it was not made here, or it is too old */
  read(request: Request, now: Date): BegunSignIn | undefined {
    const begun = this.opened(onlyCookie(request, nameFor(request)));
    const age = begun && now.getTime() - begun.at;
    return age !== undefined && age >= 0 && age < this.lifetimeMs ? begun : undefined;
  }

  private opened(value: string | undefined): BegunSignIn | undefined {
    if (value === undefined) return undefined;
    const bytes = Buffer.from(value, 'base64url');
    if (bytes.length < NONCE_BYTES + TAG_BYTES) return undefined;
    const nonce = bytes.subarray(0, NONCE_BYTES);
    const decipher = createDecipheriv('aes-256-gcm', this.key, nonce, { authTagLength: TAG_BYTES });
    decipher.setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
    try {
      const text = Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]);
      return JSON.parse(text.toString('utf8')) as BegunSignIn;
    } catch {
      return undefined;
    }
  }
}

function isSecure(message: Request | Response): boolean {
  return 'req' in message && 'secure' in message.req ? message.req.secure : (message as Request).secure;
}

function nameFor(message: Request | Response): string {
  return isSecure(message) ? HOST + NAME : NAME;
}

/** `Lax`, for the provider leads the browser here from its own site. */
function attributesOf(response: Response) {
  return { httpOnly: true, sameSite: 'lax', path: '/', secure: isSecure(response) } as const;
}
