/** Personal and login tokens as credentials: the forms in which a token of a user is presented. */
import { Secret, isUserToken, type CredentialForm, type HeaderForm } from '../core/index.js';
import { actsForUser } from './user-credential.js';

/** What Swagger UI says of a token of a user. */
export const USER_TOKEN_DESCRIPTION = 'A personal token or a login token.';

/** A header that holds a token of a user. */
type UserTokenHeader = Pick<HeaderForm, 'takes' | 'documentation'> & {
  readonly name: string;
  /** The token in a value; `''` where there is none. */
  readonly tokenIn: (value: string) => string;
};

/** A form of tokens of users, by the header in which they stand. */
export function userTokenForm({ name, tokenIn, ...header }: UserTokenHeader): CredentialForm {
  return {
    noun: 'personal or login token',
    holder: 'users',
    kinds: ['personal_token', 'session'],
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

/** RFC 6750 §2.1; other schemes are none of ours. */
const BEARER = /^Bearer +(\S+)$/i;
/** Nothing that belongs to the name of a scheme (RFC 9110 §5.6.2) follows. */
const BEARER_SCHEME = /^Bearer(?![\w!#$%&'*+.^`|~-])/i;

/** `Authorization: Bearer`, whatever dialects there are. */
export const BEARER_FORM = userTokenForm({
  name: 'Authorization',
  takes: (value) => BEARER_SCHEME.test(value),
  tokenIn: (value) => BEARER.exec(value)?.[1] ?? '',
  documentation: {
    headers: '`Authorization: Bearer`',
    schemes: { 'Token of a user': { type: 'http', scheme: 'bearer', description: USER_TOKEN_DESCRIPTION } },
  },
});
