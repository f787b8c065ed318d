/** Issues tokens and makes users for tests, by the services of the server and without a request. */
import type { INestApplicationContext } from '@nestjs/common';
import {
  HashingService,
  SYSTEM,
  Secret,
  TokenService,
  UnitOfWork,
  UserDirectory,
  isCheckedSecret,
  isUserToken,
  newCheckedSecret,
  type Transaction,
} from '../core/index.js';
import { AccessToken, nextTokenNumber } from '../dialects/crm/index.js';
import { ServiceToken, expiryOf, isDuration, newClientId } from '../dialects/cloudflare/index.js';
import { Account, PersonalToken, PersonalTokenService } from '../identity/index.js';
import { millisecondsOf } from './duration.js';

/** What `issueForTest` makes: a token of one kind. Every value is optional, and is made up if it is not given. */
export type TokenForTest = {
  /** Default: a token without scopes. */
  readonly scopes?: readonly string[] | undefined;
} & (
  | {
      readonly kind: 'service_token';
      readonly name?: string | undefined;
      /** Id or name of the account. Default: the first account. */
      readonly account?: string | undefined;
      /** As the vendor's clients write it: `8760h` (default), `forever`. */
      readonly duration?: string | undefined;
      readonly enabled?: boolean | undefined;
      readonly clientId?: string | undefined;
      readonly clientSecret?: string | undefined;
    }
  | {
      readonly kind: 'personal_token';
      /** E-mail address. Default: the administrator. */
      readonly user?: string | undefined;
      readonly description?: string | undefined;
      /** From now, for example `31d`. Default: never. */
      readonly expiresIn?: string | number | undefined;
      readonly token?: string | undefined;
    }
  | {
      readonly kind: 'crm_access_token';
      readonly account?: string | undefined;
      readonly code?: string | undefined;
      readonly identifier?: string | undefined;
      readonly passCode?: string | undefined;
    }
);

/** A token that was issued for a test. */
export interface IssuedForTest {
  readonly kind: TokenForTest['kind'];
  readonly id: string;
  /** The public part: the client id of a service token, the code of a CRM.COM access token. */
  readonly handle: string;
  /** In clear; empty for CRM.COM access tokens without a pass code. */
  readonly secret: string;
  /** The headers by which a client presents it; empty for CRM.COM access tokens, which are no credentials. */
  readonly headers: Readonly<Record<string, string>>;
  readonly expiresAt: Date | null;
}

/** Whom tokens belong to unless told otherwise. */
export interface DefaultOwners {
  readonly adminEmail: string;
  readonly accountId: string;
}

/** Of the secrets of service tokens, so that scanners tell them from those of a server. */
const PREFIX = 'lktest_';

/** As the vendor's clients know it (docs/contracts/cloudflare.md §2.1). */
const CLIENT_ID = /^[0-9a-f]{32}\.access$/;

type Of<K extends TokenForTest['kind']> = Extract<TokenForTest, { kind: K }>;

const NOT_A_SECRET =
  'a client secret is a prefix, 40 random characters and 8 of a checksum: leave it out to have one made, and repeat that ' +
  'one in the seed if it should stay the same';

export class TestIssuer {
  private readonly unitOfWork: UnitOfWork;
  private readonly hashing: HashingService;
  private readonly tokens: TokenService;

  constructor(
    private readonly app: INestApplicationContext,
    private readonly owners: DefaultOwners,
  ) {
    this.unitOfWork = app.get(UnitOfWork);
    this.hashing = app.get(HashingService);
    this.tokens = app.get(TokenService);
  }

  /** @throws TypeError for an account or user that there is not, and for values that cannot be */
  issue(wanted: TokenForTest): Promise<IssuedForTest> {
    switch (wanted.kind) {
      case 'service_token':
        return this.serviceToken(wanted);
      case 'personal_token':
        return this.personalToken(wanted);
      case 'crm_access_token':
        return this.accessToken(wanted);
    }
  }

  private async serviceToken(wanted: Of<'service_token'>): Promise<IssuedForTest> {
    const { name = 'for a test', duration = '8760h', enabled = true, account, scopes = null } = wanted;
    if (!isDuration(duration))
      throw new TypeError(`${String(duration)} is not a duration: give one such as "1h" or "forever"`);
    const secret = wanted.clientSecret === undefined ? newCheckedSecret(PREFIX) : new Secret(wanted.clientSecret);
    const handle = wanted.clientId ?? newClientId();
    if (!CLIENT_ID.test(handle)) throw new TypeError(`${handle} is not a client id: give 32 hex digits and ".access"`);
    if (!isCheckedSecret(secret.reveal())) throw new TypeError(NOT_A_SECRET);
    const token = await this.unitOfWork.write(SYSTEM, async (tx) =>
      this.tokens.issue(tx, ServiceToken, {
        handle,
        label: name,
        accountId: await this.accountId(tx, account),
        duration,
        enabled,
        scopes,
        digest: this.hashing.digest(secret),
        expiresAt: expiryOf(duration, tx.now, tx.now),
      }),
    );
    const headers = { 'CF-Access-Client-Id': handle, 'CF-Access-Client-Secret': secret.reveal() };
    const { id, expiresAt } = token;
    return { kind: wanted.kind, id, handle, secret: secret.reveal(), headers, expiresAt };
  }

  private async personalToken({
    kind,
    user,
    description,
    expiresIn,
    token,
    scopes,
  }: Of<'personal_token'>): Promise<IssuedForTest> {
    const email = user ?? this.owners.adminEmail;
    const owner = await this.app.get(UserDirectory).findByEmail(email);
    if (!owner) throw new TypeError(`there is no user ${email}: make them in the seed`);
    const secret = token === undefined ? this.hashing.newSecret() : new Secret(token);
    if (!isUserToken(secret.reveal()))
      throw new TypeError('a personal token has 43 characters of base64url: leave it out to have one made');
    const { handle } = await this.app.get(PersonalTokenService).prepare(secret);
    const issued = await this.unitOfWork.write(SYSTEM, (tx) =>
      this.tokens.issue(tx, PersonalToken, {
        handle,
        userId: owner.id,
        label: description ?? 'for a test',
        scopes: scopes ?? null,
        digest: this.hashing.digest(secret),
        ...(expiresIn !== undefined && { expiresAt: new Date(tx.now.getTime() + millisecondsOf(expiresIn)) }),
      }),
    );
    const text = secret.reveal();
    const headers = { Authorization: `Bearer ${text}` };
    return { kind, id: issued.id, handle, secret: text, headers, expiresAt: issued.expiresAt };
  }

  private async accessToken(wanted: Of<'crm_access_token'>): Promise<IssuedForTest> {
    const { kind, account, code, identifier = null, passCode, scopes = null } = wanted;
    const handle = code ?? newClientId().slice(0, 12);
    const passCodeHash = passCode === undefined ? null : await this.hashing.hashPassword(new Secret(passCode));
    const { id, expiresAt } = await this.unitOfWork.write(SYSTEM, async (tx) => {
      const accountId = await this.accountId(tx, account);
      const number = await nextTokenNumber(tx, accountId);
      const own = { handle, handleScope: accountId, accountId, label: '', digest: null, number, scopes };
      return this.tokens.issue(tx, AccessToken, { ...own, identifier, passCodeHash });
    });
    return { kind, id, handle, secret: passCode ?? '', headers: {}, expiresAt };
  }

  /** @param named - id or name */
  private async accountId({ manager }: Transaction, named: string = this.owners.accountId): Promise<string> {
    const found = await manager.findOne(Account, { where: [{ id: named }, { name: named }] });
    if (!found) throw new TypeError(`there is no account ${named}: make it in the seed`);
    return found.id;
  }
}
