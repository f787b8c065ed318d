/** The body of a login: e-mail and password, or a token, and nothing else (contract §3.5). */
import { ApiPropertyOptional } from '@nestjs/swagger';
import { members, type IncomingBody } from '../../http/index.js';
import { Refusal } from './canvus.errors.js';
import { LOGIN_BODY } from './canvus.messages.js';

export type Login =
  | { readonly by: 'password'; readonly email: string; readonly password: string; readonly remember: boolean }
  | { readonly by: 'token'; readonly token: string; readonly remember: boolean };

/** For the documentation. */
export class LoginInput {
  @ApiPropertyOptional({ format: 'email', example: 'admin@example.com' })
  email?: string;

  @ApiPropertyOptional({ example: 'correct horse' })
  password?: string;

  @ApiPropertyOptional({ description: 'Instead of e-mail and password: a login token or an access token.' })
  token?: string;

  @ApiPropertyOptional({ default: false, description: 'The token lives for 30 days instead of 24 hours.' })
  remember?: boolean;
}

/** @throws Refusal 400 for any other form; BodyError */
export function readLogin(body: IncomingBody): Login {
  const { email, password, token, remember = false, ...others } = members(body.json());
  if (typeof remember === 'boolean' && Object.keys(others).length === 0) {
    if (typeof token === 'string' && email === undefined && password === undefined) {
      return { by: 'token', token, remember };
    }
    if (typeof email === 'string' && typeof password === 'string' && token === undefined) {
      return { by: 'password', email, password, remember };
    }
  }
  throw new Refusal(400, LOGIN_BODY);
}
