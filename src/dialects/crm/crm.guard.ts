/**
 * Authenticates callers by the login token in the body or the query, which is bound to an organisation, and checks their
 * permission (docs/contracts/crm.md §1, §2).
 */
import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import type { Origin } from '../../core/index.js';
import {
  PUBLIC,
  PermissionGuard,
  denied,
  originOf,
  fromScope,
  permits,
  type Permits as DialectPermits,
} from '../../http/index.js';
import {
  AccountService,
  Authenticator,
  MembershipService,
  SessionToken,
  type Account,
  type Principal,
  type Role,
} from '../../identity/index.js';
import type { AccessToken } from './access-token.entity.js';
import { ConsumerLogins } from './consumer-logins.js';
import { CrmError } from './crm.errors.js';
import { AUDIENCE, CONSUMER_AUDIENCE } from './crm.options.js';
import { LOGIN_TOKEN } from './login-token.form.js';
import { Parameters } from './parameters.js';

/** A user who acts in an organisation. */
export interface CrmCaller extends Principal {
  readonly account: Account;
  /** The access token whose consumer is logged in with the user's key; `null` for the user. They see less. */
  readonly consumer: AccessToken | null;
}

/** What a method can require. */
type CrmPermission =
  | typeof PUBLIC
  | 'login:end'
  | 'own_tokens:read'
  | 'own_pass_code:change'
  | 'organisation:read'
  | 'organisation:change';

/** Declares who may call a method. */
export const Permits: DialectPermits<CrmPermission> = permits;

interface Rule {
  /** Whether it needs an administrator. Those of the server are that in every organisation (docs/design.md §6). */
  readonly administrators?: true;
  /** Whether consumers may do it too, or only they. Without this, they may not. */
  readonly consumers?: 'too' | 'only';
}

const RULES: Readonly<Record<CrmPermission, Rule>> = {
  [PUBLIC]: {},
  'login:end': { consumers: 'too' },
  'own_tokens:read': { consumers: 'too' },
  'own_pass_code:change': { administrators: true, consumers: 'only' },
  'organisation:read': {},
  'organisation:change': { administrators: true },
};

/** The scope of an authorized call. */
interface CrmScope {
  readonly parameters: Parameters;
  /** Absent in public methods. */
  readonly caller?: CrmCaller;
}

@Injectable()
export class CrmGuard extends PermissionGuard {
  protected override readonly hasCredentialInBody = true;

  constructor(
    private readonly authenticator: Authenticator,
    private readonly accounts: AccountService,
    private readonly memberships: MembershipService,
    private readonly consumers: ConsumerLogins,
  ) {
    super();
  }

  /** @throws CrmError `invalidToken`, `notPermitted`; BodyError, InputError */
  protected async authorize(request: Request, permission: CrmPermission): Promise<CrmScope> {
    const parameters = Parameters.of(request);
    if (permission === PUBLIC) return { parameters };
    const principal = await this.principalOf(parameters.raw('token'), originOf(request));
    const account = await this.accounts.find(principal.token.accountId ?? '');
    const role = account && (await this.roleIn(account, principal));
    if (!account || !role) throw new CrmError('invalidToken');
    const consumer = await this.consumerOf(principal, account);
    const refusal = refusalOf(RULES[permission], role, consumer !== null);
    if (refusal !== null) throw denied(new CrmError('notPermitted', refusal), request, permission, principal.actor);
    return { parameters, caller: { ...principal, account, consumer } };
  }

  private async principalOf(token: unknown, origin: Origin): Promise<Principal> {
    if (typeof token !== 'string' || !LOGIN_TOKEN.test(token)) throw new CrmError('invalidToken');
    const found = await this.authenticator.authenticateLogin(token, [AUDIENCE, CONSUMER_AUDIENCE], origin);
    if (found.status !== 'authenticated') throw new CrmError('invalidToken');
    return found.principal;
  }

  /** @throws CrmError `invalidToken` for the login of a consumer whose access token is not accepted any more */
  private async consumerOf({ token }: Principal, account: Account): Promise<AccessToken | null> {
    if (token instanceof SessionToken && token.audience === AUDIENCE) return null;
    const consumer = await this.consumers.consumerOf(token.id, account.id);
    if (!consumer) throw new CrmError('invalidToken');
    return consumer;
  }

  private async roleIn({ id }: Account, { user }: Principal): Promise<Role | null> {
    return user.admin ? 'administrator' : this.memberships.roleOf(user.id, id);
  }
}

function refusalOf({ administrators, consumers }: Rule, role: Role, isConsumer: boolean): string | null {
  if (isConsumer && consumers === undefined) {
    return 'the login of a consumer may show and list their access tokens, change their pass code, and end';
  }
  if (!isConsumer && consumers === 'only') {
    return 'this needs the login of a consumer, by authentication/consumer_application_key/token';
  }
  if (administrators !== true || role === 'administrator') return null;
  return isConsumer
    ? 'the user whose key the application has is not an administrator of the organisation'
    : 'members with the role read_only may only show and list';
}

/** Parameter decorator for the {@link CrmCaller}, in methods that are not public. */
export const Caller = fromScope(({ caller }: CrmScope) => caller);

/** Parameter decorator for the parameters of the call, or for the result of a function that reads them. */
export function Given(read: (parameters: Parameters) => unknown = (parameters) => parameters): ParameterDecorator {
  return fromScope(({ parameters }: CrmScope) => read(parameters))();
}
