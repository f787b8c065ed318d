/** Who is calling: the login token in the body or the query, bound to an organisation (contract §1, §2). */
import {
  Injectable,
  SetMetadata,
  createParamDecorator,
  type CanActivate,
  type CustomDecorator,
  type ExecutionContext,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request } from 'express';
import type { Actor } from '../../core/index.js';
import { callerAddress } from '../../http/index.js';
import {
  AccountService,
  Authenticator,
  MembershipService,
  type Account,
  type Principal,
} from '../../identity/index.js';
import { CrmError } from './crm.errors.js';
import { AUDIENCE } from './crm.options.js';
import { isLoginToken } from './login-token.form.js';
import { Parameters } from './parameters.js';

/** A login: a user who acts in an organisation. */
export interface CrmCaller {
  readonly principal: Principal;
  readonly actor: Actor;
  readonly account: Account;
}

/** One call of a method. */
interface Call {
  readonly parameters: Parameters;
  readonly caller: CrmCaller | undefined;
}

const OPEN = 'latchkey:crm-open';
const READS = 'latchkey:crm-reads';
const CALLS = new WeakMap<Request, Call>();

/** Marks a method that takes no token. */
export function Open(): CustomDecorator {
  return SetMetadata(OPEN, true);
}

/** Marks a method that a `read_only` member may call. */
export function Reads(): CustomDecorator {
  return SetMetadata(READS, true);
}

@Injectable()
export class CrmGuard implements CanActivate {
  constructor(
    private readonly authenticator: Authenticator,
    private readonly accounts: AccountService,
    private readonly memberships: MembershipService,
    private readonly reflector: Reflector,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<Request>();
    const parameters = Parameters.of(request);
    if (this.reflector.get<boolean | undefined>(OPEN, context.getHandler())) {
      CALLS.set(request, { parameters, caller: undefined });
      return true;
    }
    const reads = this.reflector.get<boolean | undefined>(READS, context.getHandler()) === true;
    CALLS.set(request, { parameters, caller: await this.caller(parameters, request, reads) });
    return true;
  }

  private async caller(parameters: Parameters, request: Request, reads: boolean): Promise<CrmCaller> {
    const token = parameters.raw('token');
    if (typeof token !== 'string' || !isLoginToken(token)) throw new CrmError('invalidToken');
    const found = await this.authenticator.authenticateLogin(token, AUDIENCE, callerAddress(request));
    if (found.status !== 'authenticated') throw new CrmError('invalidToken');
    const { principal } = found;
    const account = await this.accounts.find(principal.token.accountId ?? '');
    const role = account && (await this.roleIn(account, principal));
    if (!account || !role) throw new CrmError('invalidToken');
    if (role === 'read_only' && !reads) {
      throw new CrmError('notPermitted', 'members with the role read_only may only show and list');
    }
    return { principal, actor: principal.actor, account };
  }

  private async roleIn({ id }: Account, { user }: Principal): Promise<string | null> {
    return user.admin ? 'administrator' : this.memberships.roleOf(user.id, id);
  }
}

/** Parameter decorator: the parameters of the call. */
export const Given = createParamDecorator((_: unknown, context: ExecutionContext): Parameters => {
  const call = CALLS.get(context.switchToHttp().getRequest<Request>());
  return call?.parameters ?? new Parameters({});
});

/** Parameter decorator: the login of the caller, on methods that are not open. */
export const Caller = createParamDecorator((_: unknown, context: ExecutionContext): CrmCaller => {
  const caller = CALLS.get(context.switchToHttp().getRequest<Request>())?.caller;
  if (!caller) throw new CrmError('invalidToken');
  return caller;
});
