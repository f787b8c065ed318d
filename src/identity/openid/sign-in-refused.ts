/** Why somebody cannot sign in by OpenID Connect. */
import { DomainError, type DomainErrorCode } from '../../core/index.js';

/** The reasons, with what people are told and the code by which others know the error. */
const REASONS = {
  cancelled: ['invalid_login', 'the sign-in was cancelled at the provider'],
  stale: ['invalid_login', 'the sign-in took too long, or was begun in another window; try again'],
  provider_unavailable: ['unavailable', 'the provider does not answer at the moment; try again'],
  provider_refused: ['invalid_login', 'the answer of the provider was not accepted; the log of the server says why'],
  no_address: ['invalid_login', 'the provider gives no e-mail address; ask for one in your profile there'],
  unverified_address: ['invalid_login', 'the provider has not verified your e-mail address; have it verified there'],
  unknown_person: ['invalid_login', 'you have no user here; ask an administrator'],
  not_bound: ['invalid_login', 'the user with your e-mail address is not bound to the provider; ask an administrator'],
  bound_to_another: [
    'invalid_login',
    'the user with your e-mail address is bound to somebody else at the provider; ask an administrator',
  ],
  address_not_allowed: ['invalid_login', 'your e-mail address cannot have a user here; ask an administrator'],
  no_role: ['invalid_login', 'none of your groups may sign in; ask an administrator for one that may'],
  blocked: ['invalid_login', 'your user is blocked; ask an administrator'],
  unapproved: ['invalid_login', 'an administrator has to approve your user first'],
  last_administrator: [
    'last_admin',
    'your groups make you no administrator, but nobody else could sign in as one; have another administrator with a ' +
      'password or a token first',
  ],
} as const satisfies Readonly<Record<string, readonly [DomainErrorCode, string]>>;

export type RefusalReason = keyof typeof REASONS;

/** A refusal of a sign-in. The message may be shown to whoever tried. */
export class SignInRefused extends DomainError {
  /**
   * @param email - the address that the provider gave, if any
   */
  constructor(
    readonly reason: RefusalReason,
    readonly email: string | null = null,
  ) {
    const [code, message] = REASONS[reason];
    super(code, message, code === 'unavailable' ? RETRY_AFTER_SECONDS : undefined);
    this.name = 'SignInRefused';
  }

  /** Whether it counts as a failed login: what the person has brought was not accepted. */
  get isFailure(): boolean {
    return this.code === 'invalid_login' && this.reason !== 'cancelled';
  }
}

const RETRY_AFTER_SECONDS = 5;
