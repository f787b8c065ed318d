/** Logs people in whom an OpenID provider authenticates: throttled, noted and observed as other logins are. */
import { Injectable } from '@nestjs/common';
import { loginChannel } from '../channels.js';
import { LoginThrottle } from '../guessing/login-throttle.js';
import { observedLogin } from '../observed-login.js';
import { SessionService, type LoginOptions, type OpenedSession } from '../session.service.js';
import { OpenIdPeople, type AdmissionRules, type ProviderPerson } from './openid-people.js';
import { SignInRefused } from './sign-in-refused.js';

const METHOD = 'openid';

@Injectable()
export class ProviderLogins {
  constructor(
    private readonly people: OpenIdPeople,
    private readonly sessions: SessionService,
    private readonly throttle: LoginThrottle,
  ) {}

  /**
   * @param authenticate - asks the provider who it is; called only if not too many have failed
   * @throws DomainError {@link SignInRefused}, `throttled`, `unavailable`
   */
  login(
    authenticate: () => Promise<ProviderPerson>,
    rules: AdmissionRules,
    options: LoginOptions,
  ): Promise<OpenedSession> {
    const attempt = (): Promise<OpenedSession> => this.attempted(authenticate, rules, options);
    return loginChannel.hasSubscribers ? observedLogin(METHOD, options, attempt) : attempt();
  }

  private async attempted(
    authenticate: () => Promise<ProviderPerson>,
    rules: AdmissionRules,
    options: LoginOptions,
  ): Promise<OpenedSession> {
    const attempt = await this.throttle.provider(options);
    try {
      const person = await authenticate();
      const { address, requestId = null, userAgent = null } = options;
      const user = await this.people.admit(person, rules, { address, requestId, userAgent });
      const opened = await this.sessions.openAuthenticated(user, options, METHOD);
      // Blocked since a moment.
      if (!opened) throw new SignInRefused('blocked', person.email);
      await attempt.cancelled();
      return opened;
    } catch (error) {
      const refusal = error instanceof SignInRefused ? error : undefined;
      if (refusal?.isFailure) attempt.failed();
      else await attempt.cancelled();
      if (refusal && refusal.reason !== 'cancelled')
        await this.sessions.recordFailure(refusal.email, METHOD, options, refusal.reason);
      throw error;
    }
  }
}
