/** Makes and changes the access tokens of an organisation (docs/contracts/crm.md §4.4 to §4.10). */
import { randomBytes, randomInt } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import {
  dataSourceOf,
  DomainError,
  HashingService,
  Secret,
  TokenListing,
  TokenService,
  UniqueViolation,
  UnitOfWork,
  findRow,
  whenTaken,
  type HashingTurn,
  type Transaction,
} from '../../core/index.js';
import { AccountService, isEmailAddress, lockAccountForUpdate, type Account } from '../../identity/index.js';
import type { Values } from '../../settings/index.js';
import { AccessToken } from './access-token.entity.js';
import { CrmAccount } from './crm-account.entity.js';
import { CrmError, tokenNotFound } from './crm.errors.js';
import type { CrmCaller } from './crm.guard.js';
import type { Kept, Update } from './access-tokens.inputs.js';
import { CRM_OPTIONS } from './crm.options.js';
import type { CRM_SETTINGS } from './crm.settings.js';
import { validateIdentifierChanges, type NewIdentifiers } from './pass-code-rules.js';
import { changedUdf } from './token-relations.js';

/** What an update changes. */
type AccessTokenChanges = Pick<Update, 'code' | 'names' | 'udf'>;

/** Characters of a generated pass code (docs/contracts/crm.md §4.9). */
const RANDOM_PASS_CODE_LENGTH = 6;
const ALPHANUMERIC = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

@Injectable()
export class AccessTokenService {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly tokens: TokenService,
    private readonly listing: TokenListing,
    private readonly hashing: HashingService,
    private readonly accounts: AccountService,
    @Inject(CRM_OPTIONS) private readonly options: Values<typeof CRM_SETTINGS>,
  ) {}

  /** Whether tokens of the account may have neither identifier nor pass code. */
  async identifiersOptional({ id }: Account): Promise<boolean> {
    const own = await this.unitOfWork.read((manager) => findRow(manager, CrmAccount, { accountId: id }));
    return own?.allowNoIdentifier ?? this.options.allowNoIdentifier;
  }

  /** @throws DomainError `handle_taken`, `identifier_taken`, `invalid_value` (pass code), `quota_reached` */
  async create(caller: CrmCaller, code: string | undefined, names: NewIdentifiers, kept: Kept): Promise<AccessToken> {
    const { actor, account } = caller;
    const passCodeHash = names.passCode && (await this.hashing.hashPassword(names.passCode, changeTurn(caller)));
    const write = this.accounts.change(actor, account.id, async (tx) =>
      this.tokens.issue(tx, AccessToken, {
        handle: code ?? newAuthenticationCode(),
        handleScope: account.id,
        accountId: account.id,
        label: '',
        digest: null,
        number: await this.nextNumber(tx, account.id),
        identifier: names.identifier,
        passCodeHash,
        ...kept,
      }),
    );
    return whenTaken(write, conflictOf);
  }

  /**
   * Changes code, identifier, pass code and the fields of callers in one step; writes nothing if nothing differs.
   * @throws DomainError `token_not_found`, `handle_taken`, `identifier_taken`; CrmError `parameterMissing`
   */
  async update(caller: CrmCaller, found: AccessToken, { code, names, udf }: AccessTokenChanges): Promise<AccessToken> {
    const { actor, account } = caller;
    const clears = names.identifier === null || names.passCode === null;
    const optional = clears && (await this.identifiersOptional(account));
    const { identifier, passCode } = validateIdentifierChanges(names, found, optional);
    const passCodeHash = passCode && (await this.hashing.hashPassword(passCode, changeTurn(caller)));
    const write = this.accounts.change(actor, account.id, async (tx) => {
      const token = await this.unchanged(tx, found);
      const wanted = { handle: code === null ? newAuthenticationCode() : code, identifier, passCodeHash };
      const differing: [string, unknown][] = Object.entries(wanted).filter(
        ([key, value]) => value !== undefined && value !== token[key as keyof typeof wanted],
      );
      const kept = Object.keys(udf).length === 0 ? token.udf : changedUdf(token.udf, udf);
      if (JSON.stringify(kept) !== JSON.stringify(token.udf)) differing.push(['udf', kept]);
      if (differing.length === 0) return token;
      return this.tokens.update(tx, AccessToken, token, Object.fromEntries(differing));
    });
    return whenTaken(write, conflictOf);
  }

  /**
   * Moves a token to the other state; refuses if it is already in that state.
   * @throws DomainError `token_not_found`; CrmError `invalidState`
   */
  setEffective({ actor, account }: CrmCaller, found: AccessToken, effective: boolean): Promise<AccessToken> {
    return this.accounts.change(actor, account.id, async (tx) => {
      const token = await this.unchanged(tx, found);
      requireState(token, !effective);
      return this.tokens.update(tx, AccessToken, token, { enabled: effective });
    });
  }

  /**
   * Gives an effective token a random pass code and returns it. It cannot be read again later.
   * @throws DomainError `token_not_found`; CrmError `invalidState`
   */
  async resetPassCode(caller: CrmCaller, found: AccessToken): Promise<{ token: AccessToken; passCode: Secret }> {
    const { actor, account } = caller;
    requireState(found, true);
    const passCode = newPassCode();
    const passCodeHash = await this.hashing.hashPassword(passCode, changeTurn(caller));
    const token = await this.accounts.change(actor, account.id, async (tx) => {
      const token = await this.unchanged(tx, found);
      requireState(token, true);
      return this.tokens.update(tx, AccessToken, token, { passCodeHash });
    });
    return { token, passCode };
  }

  /**
   * Gives the access token that a consumer is logged in with another pass code.
   * @throws DomainError `token_not_found`; CrmError `invalidState`
   */
  async changePassCode(caller: CrmCaller, { id }: Pick<AccessToken, 'id'>, passCode: Secret): Promise<void> {
    const { actor, account } = caller;
    const passCodeHash = await this.hashing.hashPassword(passCode, changeTurn(caller));
    await this.accounts.change(actor, account.id, async (tx) => {
      const token = await tx.lockForUpdate(AccessToken, { id }, { accountId: account.id });
      if (!token) throw tokenNotFound();
      requireState(token, true);
      if (!isEmailAddress(token.identifier)) throw new CrmError('invalidState', NO_EMAIL);
      await this.tokens.update(tx, AccessToken, token, { passCodeHash });
    });
  }

  /** The number of a new token. @throws DomainError `quota_reached` */
  private async nextNumber(tx: Transaction, accountId: string): Promise<number> {
    const number = await nextTokenNumber(tx, accountId);
    const { tokensPerAccount: most } = this.options;
    // No token has a number twice, so there are at most as many as the highest number.
    if (most > 0 && number > most && (await this.listing.count(tx.manager, AccessToken, accountId)) >= most) {
      throw new DomainError(
        'quota_reached',
        `the organisation has ${String(most)} access tokens, the limit (setting CRM_TOKENS_PER_ACCOUNT); release unused ` +
          'ones, or ask an administrator of the server',
      );
    }
    return number;
  }

  /**
   * Locks the token that was found until the transaction ends. It counts as not found if its code, identifier or pass
   * code has changed since.
   * @throws DomainError `token_not_found`
   */
  private async unchanged(tx: Transaction, found: AccessToken): Promise<AccessToken> {
    const { id, accountId } = found;
    const token = await tx.lockForUpdate(AccessToken, { id }, { accountId });
    if (token?.handle !== found.handle || token.identifier !== found.identifier) throw tokenNotFound();
    const { passCodeHash = null } = await tx.manager.findOneOrFail(AccessToken, {
      select: { id: true, passCodeHash: true },
      where: { id },
    });
    if (found.passCodeHash !== undefined && found.passCodeHash !== passCodeHash) throw tokenNotFound();
    return Object.assign(token, { passCodeHash });
  }
}

const NO_EMAIL =
  'the identifier of the access token is not an e-mail address; whoever manages it can change its pass code';

function changeTurn({ account, user }: CrmCaller): HashingTurn {
  return { purpose: 'change', caller: [account.id, String(user.id)] };
}

function requireState({ enabled }: Pick<AccessToken, 'enabled'>, effective: boolean): void {
  if (enabled === effective) return;
  const description = `the access token is ${enabled ? 'EFFECTIVE' : 'NOT_EFFECTIVE'}`;
  throw new CrmError('invalidState', description);
}

function newAuthenticationCode(): string {
  return randomBytes(16).toString('hex').toUpperCase();
}

function newPassCode(): Secret {
  const characters = Array.from({ length: RANDOM_PASS_CODE_LENGTH }, () =>
    ALPHANUMERIC.charAt(randomInt(ALPHANUMERIC.length)),
  );
  return new Secret(characters.join(''));
}

/** The error for a violated unique constraint; any other constraint is an internal error. */
function conflictOf(rule: string): Error {
  if (rule.includes('identifier')) return new DomainError('identifier_taken', 'the identifier is in use');
  if (rule.includes('handle')) return new DomainError('handle_taken', 'the authentication code is in use');
  return new UniqueViolation(rule);
}

/**
 * The next number of an access token in the account. No number is given twice, and none is left out except by a
 * transaction that fails: the account stays locked until the end.
 * @throws DomainError `account_not_found`
 */
export async function nextTokenNumber(tx: Transaction, accountId: string): Promise<number> {
  await lockAccountForUpdate(tx, accountId);
  const { manager } = tx;
  const [row] = await manager.query<{ number: number | string }[]>(
    `INSERT INTO "latchkey_crm_account" ("account_id", "last_token_number")
     VALUES (${dataSourceOf(manager).driver.createParameter('', 0)}, 1) ON CONFLICT ("account_id")
     DO UPDATE SET "last_token_number" = "latchkey_crm_account"."last_token_number" + 1
     RETURNING "last_token_number" AS "number"`,
    [accountId],
  );
  return Number(row?.number);
}
