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
  type Account,
  type Principal,
  type Role,
} from '../../identity/index.js';
import { CrmError } from './crm.errors.js';
import { AUDIENCE } from './crm.options.js';
import { LOGIN_TOKEN } from './login-token.form.js';
import { Parameters } from './parameters.js';

/** A user who acts in an organisation. */
export interface CrmCaller extends Principal {
  readonly account: Account;
}

/** What a method can require. */
type CrmPermission = typeof PUBLIC | 'organisation:read' | 'organisation:change';

/** Declares who may call a method. */
export const Permits: DialectPermits<CrmPermission> = permits;

/** Server administrators have the role of an administrator in every organisation (docs/design.md §6). */
const RULES: Readonly<Record<CrmPermission, (role: Role) => boolean>> = {
  [PUBLIC]: () => true,
  'organisation:read': () => true,
  'organisation:change': (role) => role === 'administrator',
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
    if (!RULES[permission](role)) {
      const error = new CrmError('notPermitted', 'members with the role read_only may only show and list');
      throw denied(error, request, permission, principal.actor);
    }
    return { parameters, caller: { ...principal, account } };
  }

  private async principalOf(token: unknown, origin: Origin): Promise<Principal> {
    if (typeof token !== 'string' || !LOGIN_TOKEN.test(token)) throw new CrmError('invalidToken');
    const found = await this.authenticator.authenticateLogin(token, AUDIENCE, origin);
    if (found.status !== 'authenticated') throw new CrmError('invalidToken');
    return found.principal;
  }

  private async roleIn({ id }: Account, { user }: Principal): Promise<Role | null> {
    return user.admin ? 'administrator' : this.memberships.roleOf(user.id, id);
  }
}

/** Parameter decorator for the {@link CrmCaller}, in methods that are not public. */
export const Caller = fromScope(({ caller }: CrmScope) => caller);

/** Parameter decorator for the parameters of the call, or for the result of a function that reads them. */
export function Given(read: (parameters: Parameters) => unknown = (parameters) => parameters): ParameterDecorator {
  return fromScope(({ parameters }: CrmScope) => read(parameters))();
}
