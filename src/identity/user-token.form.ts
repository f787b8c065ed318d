/** The credential forms of personal and login tokens. */
import { Secret, USER_TOKEN_PATTERN, isUserToken, type CredentialForm, type HeaderForm } from '../core/index.js';
import { actsForUser } from './authenticator.js';

/** Description of user tokens in Swagger UI. */
export const USER_TOKEN_DESCRIPTION = 'A personal token or a login token.';

/** A header that carries a user token. */
type UserTokenHeader = Pick<HeaderForm, 'takes' | 'documentation' | 'isUsedByApplications'> & {
  readonly name: string;
  /** Extracts the token from a header value; `''` if there is none. */
  readonly tokenIn: (value: string) => string;
};

/** The credential form of user tokens in a given header. */
export function userTokenForm({ name, tokenIn, ...header }: UserTokenHeader): CredentialForm {
  return {
    noun: 'personal or login token',
    holder: 'users',
    kinds: ['personal_token', 'session'],
    secretPattern: USER_TOKEN_PATTERN,
    isSecret: isUserToken,
    accepts: (token) => actsForUser(token),
    inHeaders: {
      ...header,
      names: [name],
      read: ([value = '']) => {
        const text = tokenIn(value);
        return isUserToken(text) ? { secret: new Secret(text) } : 'malformed';
      },
    },
  };
}

/** RFC 6750 §2.1; other schemes are ignored. */
const BEARER = /^Bearer +(\S+)$/i;
/** The scheme name must end here: no further token character (RFC 9110 §5.6.2) may follow. */
const BEARER_SCHEME = /^Bearer(?![\w!#$%&'*+.^`|~-])/i;

/** The form `Authorization: Bearer`, which is available whatever the dialects. */
export const BEARER_FORM = userTokenForm({
  name: 'Authorization',
  isUsedByApplications: true,
  takes: (value) => BEARER_SCHEME.test(value),
  tokenIn: (value) => BEARER.exec(value)?.[1] ?? '',
  documentation: {
    headers: '`Authorization: Bearer`',
    schemes: { Bearer: { type: 'http', scheme: 'bearer', description: USER_TOKEN_DESCRIPTION } },
  },
});
