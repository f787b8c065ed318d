/** Answers for features of the vendor that are not served: sign-up, mail, SAML (docs/contracts/canvus.md §3.3, §3.4). */
import { Get, Post, Req } from '@nestjs/common';
import { ApiExcludeController } from '../../internals/index.js';
import type { Request } from 'express';
import { InputBy, members, queryText } from '../../http/index.js';
import { CanvusController } from './canvus.controller.js';
import { Permits } from './canvus.guard.js';
import { CanvusError } from './canvus.errors.js';
import {
  INVALID_CONFIRMATION,
  INVALID_RESET,
  NOT_SERVED,
  NO_MAIL,
  SIGN_UP_OFF,
  whenNoString,
} from './canvus.messages.js';

@ApiExcludeController()
@CanvusController('users', 'Not served')
export class NotServedController {
  @Permits('public')
  @Post('register')
  register(): never {
    throw new CanvusError(403, SIGN_UP_OFF);
  }

  @Permits('public')
  @Post(['login/saml', 'password/create-reset-token'])
  byMailOrSaml(): never {
    throw new CanvusError(403, NOT_SERVED);
  }

  /** No mail with a token was ever sent, so that none is valid. */
  @Permits('public')
  @Post('confirm-email')
  confirmEmail(@InputBy(members) { token }: Readonly<Record<string, unknown>>): never {
    throw new CanvusError(400, typeof token === 'string' ? INVALID_CONFIRMATION : whenNoString('token', token));
  }

  @Permits('public')
  @Post('password/reset')
  resetPassword(@InputBy(members) { token }: Readonly<Record<string, unknown>>): never {
    throw new CanvusError(400, typeof token === 'string' ? INVALID_RESET : whenNoString('token', token));
  }

  @Permits('public')
  @Get('password/validate-reset-token')
  validateResetToken(@Req() request: Request): never {
    const token = queryText(request, 'token');
    throw new CanvusError(400, token === undefined ? whenNoString('token', token) : INVALID_RESET);
  }
}

@ApiExcludeController()
@CanvusController('server-config', 'Not served')
export class TestMailController {
  @Permits('administrator')
  @Post('send-test-email')
  sendTestMail(): never {
    throw new CanvusError(403, NO_MAIL);
  }
}
